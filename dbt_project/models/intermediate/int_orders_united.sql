{{ config(materialized='view') }}

with orders as (

    {{ union_sources('orders', [
        'delivery_date', 'order_id', 'source_customer_id', 'order_date', 'ship_to_country', 'order_kind', 'is_test'
    ]) }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('order_id') }} as order_key,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        order_date,
        ship_to_country,
        order_kind,
        is_test
    from orders

)

select * from final
