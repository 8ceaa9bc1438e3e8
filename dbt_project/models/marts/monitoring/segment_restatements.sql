{#- A journal: rows are added and never changed, so it stands outside what a rebuild gives again. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook="{{ forget_restatements_that_were_not_made() }}"
) }}

with segments_before as (

    select * from {{ ref('int_segments_before') }}

),

segments_now as (
    {% for dimension in tracked_dimensions() %}
    select
        as_of_date,
        policy_version,
        source_code,
        customer_key,
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment
    from {{ ref('int_segments_now') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- only what was kept can be restated
restated as (

    select
        as_of_date,
        dimension,
        max(policy_version) as policy_version,
        max(refresh_id_before) as refresh_id_before
    from segments_before
    group by as_of_date, dimension

),

compared as (

    select
        coalesce(segments_before.as_of_date, segments_now.as_of_date) as as_of_date,
        coalesce(segments_before.dimension, segments_now.dimension) as dimension,
        segments_before.customer_key is null as is_added,
        segments_now.customer_key is null as is_removed,
        coalesce(segments_before.segment, '') <> coalesce(segments_now.segment, '') as is_other
    from segments_before
    full outer join segments_now
        on
            segments_before.as_of_date = segments_now.as_of_date
            and segments_before.source_code = segments_now.source_code
            and segments_before.customer_key = segments_now.customer_key
            and segments_before.dimension = segments_now.dimension

),

counted as (

    select
        as_of_date,
        dimension,
        count(case when is_added then 1 end) as customers_added,
        count(case when is_removed then 1 end) as customers_removed,
        count(case when not is_added and not is_removed and is_other then 1 end) as customers_moved
    from compared
    group by as_of_date, dimension
    having count(case when is_added or is_removed or is_other then 1 end) > 0

),

final as (

    select
        plan.plan_id as refresh_id,
        counted.as_of_date,
        counted.dimension,
        counted.customers_added,
        counted.customers_removed,
        counted.customers_moved,
        case
            when restated.policy_version <> refresh.policy_version then 'policy'
            when plan.is_rebuild then 'rebuilt'
            else 'late_data'
        end as cause,
        restated.policy_version as policy_version_before,
        refresh.policy_version,
        restated.refresh_id_before
    from counted
    inner join restated on counted.as_of_date = restated.as_of_date and counted.dimension = restated.dimension
    cross join {{ ref('int_refresh_plan') }} as plan
    cross join {{ ref('stg_control__refresh') }} as refresh

)

select * from final
