{#- Taken before this refresh replaces them; empty before the first one. -#}
{%- set kept = kept_segments() -%}
{%- set dimensions = kept_dimensions() -%}

with as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}

),

final as (

    {% if kept is none or not dimensions -%}
    select
        cast(null as date) as as_of_date,
        cast(null as string) as policy_version,
        cast(null as string) as refresh_id_before,
        cast(null as smallint) as source_code,
        cast(null as bigint) as customer_key,
        cast(null as string) as dimension,
        cast(null as string) as segment
    from as_of_dates
    where false
    {%- else -%}
    {% for dimension in dimensions %}
    select
        as_of_date,
        policy_version,
        {{ kept_refresh_id() }} as refresh_id_before,
        source_code,
        customer_key,
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment
    from {{ kept }}
    where as_of_date in (select as_of_date from as_of_dates)
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {%- endif %}

)

select * from final
