{#- A step stands while both of its dates are those that it was counted from. What is kept is read before it is replaced. -#}
{%- set kept = table_before('marts', 'segment_migration_as_of') -%}

-- depends_on: {{ ref('int_refresh_plan') }}
with computed as (

    select
        as_of_date,
        max(refresh_id) as refresh_id
    from {{ ref('customer_segments_as_of') }}
    group by as_of_date

),

steps as (

    select
        dates.as_of_date,
        dates.date_before,
        computed.refresh_id,
        computed_before.refresh_id as refresh_id_before
    from {{ ref('history_dates') }} as dates
    inner join computed on dates.as_of_date = computed.as_of_date
    inner join computed as computed_before on dates.date_before = computed_before.as_of_date

),

standing as (

    {% if kept is none -%}
    select
        as_of_date,
        date_before,
        refresh_id,
        refresh_id_before
    from steps
    where false
    {%- else -%}
    select distinct
        as_of_date,
        date_before,
        refresh_id,
        refresh_id_before
    from {{ kept }}
    -- a refresh in full builds what is kept anew
    where not exists (select 1 from {{ ref('int_refresh_plan') }} where is_full)
    {%- endif %}

),

final as (

    select
        steps.*,
        standing.as_of_date is null as is_due
    from steps
    left join standing
        on
            steps.as_of_date = standing.as_of_date
            and steps.date_before = standing.date_before
            and steps.refresh_id = standing.refresh_id
            and steps.refresh_id_before = standing.refresh_id_before

)

select * from final
