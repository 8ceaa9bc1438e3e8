{#- Taken before this refresh replaces any of them. -#}
{%- set kept = kept_segments() -%}

-- depends_on: {{ ref('int_refresh_plan') }}
with final as (

    {% if kept is none -%}
    select
        cast(null as date) as as_of_date,
        cast(null as string) as date_role,
        cast(null as string) as policy_version
    from {{ ref('int_refresh_plan') }}
    where false
    {%- else -%}
    select distinct
        as_of_date,
        date_role,
        policy_version
    from {{ kept }}
    {%- endif %}

)

select * from final
