{#- Taken after the fact changed; the days on which the touched orders stood before come from int_touched_customer_days. -#}

with touched_days as (

    select source_code, customer_key, order_date from {{ ref('int_touched_customer_days') }}

),

touched_orders as (

    select distinct source_code, order_key from {{ ref('int_touched_orders') }}

),

final as (

    select source_code, customer_key, order_date from touched_days
    {%- if not refresh_is_full() %}
    union
    select lines.source_code, lines.customer_key, lines.order_date
    from {{ ref('fct_order_lines') }} as lines
    inner join touched_orders
        on lines.source_code = touched_orders.source_code and lines.order_key = touched_orders.order_key
    where lines.customer_key is not null and lines.order_date is not null
    {%- endif %}

)

select * from final
