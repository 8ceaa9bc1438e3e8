{{ config(materialized='view') }}

with delivered as (

    {{ union_sources('orders') }}

),

orders as (

    {{ at_account_level('orders', 'order_date', names_ship_to=true) }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('order_id') }} as order_key,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        {{ integer_key('sold_to_id') }} as sold_to_key,
        sold_to_id,
        ship_to_id,
        order_date,
        channel,
        currency,
        order_kind,
        requested_delivery_date,
        promised_delivery_date,
        ship_to_country,
        ship_to_region,
        ship_to_postal_code,
        warehouse_id,
        payment_terms_days,
        promotion_code,
        is_expedited,
        is_test
    from orders

)

select * from final
