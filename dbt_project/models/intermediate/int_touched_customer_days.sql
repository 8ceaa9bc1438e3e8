{#- Taken before the fact changes; the days of the new rows are added where they are used. Empty in a full refresh. -#}
{%- set fact = table_before('marts', 'fct_order_lines') -%}
{%- set fact_before = fact if fact and not refresh_is_full() else none -%}

with touched_orders as (

    select distinct source_code, order_key from {{ ref('int_touched_orders') }}

),

final as (

    {% if fact_before is none -%}
    select
        source_code,
        cast(null as bigint) as customer_key,
        cast(null as date) as order_date
    from touched_orders
    where false
    {%- else -%}
    select distinct
        lines.source_code,
        lines.customer_key,
        lines.order_date
    from {{ fact_before }} as lines
    inner join touched_orders
        on lines.source_code = touched_orders.source_code and lines.order_key = touched_orders.order_key
    where lines.customer_key is not null and lines.order_date is not null
    {%- endif %}

)

select * from final
