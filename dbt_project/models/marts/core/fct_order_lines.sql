{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched(ref('int_touched_orders'), ['source_code', 'order_key']) }}"
) }}

-- depends_on: {{ ref('int_touched_customer_days') }}
with orders as (

    select * from {{ ref('int_orders_united') }}
    {{- where_order_is_touched() }}

),

order_lines as (

    select * from {{ ref('int_order_lines_united') }}
    {{- where_order_is_touched() }}

),

delivered as (

    select
        coalesce(order_lines.source_code, orders.source_code) as source_code,
        coalesce(order_lines.order_key, orders.order_key) as order_key,
        coalesce(order_lines.delivery_date, orders.delivery_date) as delivery_date,
        -- a header without lines keeps a row too: it may be the newest version of its order
        coalesce(order_lines.line_number, 0) as line_number,
        orders.order_date,
        orders.customer_key,
        orders.ship_to_country,
        orders.order_kind,
        orders.is_test,
        order_lines.line_type,
        order_lines.quantity,
        order_lines.unit_price,
        order_lines.unit_cost,
        order_lines.net_amount
    from order_lines
    full outer join orders
        on
            order_lines.source_code = orders.source_code
            and order_lines.order_key = orders.order_key
            and order_lines.delivery_date = orders.delivery_date

),

newest as (

    select
        source_code,
        order_key,
        max(delivery_date) as delivery_date
    from delivered
    group by source_code, order_key

),

final as (

    select
        delivered.source_code,
        delivered.order_key,
        delivered.delivery_date,
        delivered.line_number,
        delivered.order_date,
        delivered.customer_key,
        delivered.ship_to_country,
        -- the first reason that applies; a line that nothing excludes is a sale or a return
        case
            when delivered.delivery_date < newest.delivery_date then 'superseded'
            when delivered.line_type is null then 'order_without_lines'
            when delivered.order_kind is null then 'line_without_order'
            when delivered.is_test then 'test_order'
            when delivered.line_type <> 'product' then delivered.line_type
            when delivered.order_kind in ('cancelled', 'adjustment') then delivered.order_kind
            when delivered.unit_price <= 0 then 'price_not_positive'
            when delivered.order_kind = 'sale' and delivered.quantity <= 0 then 'quantity_not_positive'
            when delivered.order_kind = 'credit' and delivered.quantity >= 0 then 'quantity_not_negative'
            when delivered.customer_key is null then 'unidentified'
            when delivered.order_kind = 'credit' then 'return'
            else 'sale'
        end as line_outcome,
        delivered.quantity,
        delivered.net_amount,
        delivered.unit_cost
    from delivered
    inner join newest
        on delivered.source_code = newest.source_code and delivered.order_key = newest.order_key

)

select * from final
