{#- Which delivery of a thing counts: the newest that contains it, or for a snapshot the one that stands at a date. -#}

{#- The rows of the newest delivery that contains each key; all rows of a key come from that one delivery. A refresh computes it
    anew from all deliveries, so a withdrawn one falls back to the one before. -#}
{% macro newest_delivery_of(united, key, columns) -%}
with delivered as (

    select * from {{ united }}

),

newest as (

    select
        {{ key | join(',\n        ') }},
        max(delivery_date) as delivery_date
    from delivered
    group by {{ key | join(', ') }}

),

final as (

    select
        {%- for column in columns %}
        delivered.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from delivered
    inner join newest
        on
            delivered.delivery_date = newest.delivery_date
            {%- for column in key %}
            and delivered.{{ column }} = newest.{{ column }}
            {%- endfor %}

)

select * from final
{%- endmacro %}

{#- One row per as-of date and source that delivers the snapshot: the newest delivery on or before the date, else the earliest. -#}
{% macro snapshots_as_of(united) -%}
    select
        as_of_dates.as_of_date,
        snapshots.source_code,
        coalesce(
            max(case when snapshots.delivery_date <= as_of_dates.as_of_date then snapshots.delivery_date end),
            min(snapshots.delivery_date)
        ) as delivery_date
    from (select distinct source_code, delivery_date from {{ united }}) as snapshots
    cross join {{ ref('int_as_of_dates') }} as as_of_dates
    group by as_of_dates.as_of_date, snapshots.source_code
{%- endmacro %}
