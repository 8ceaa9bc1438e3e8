{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched(ref('int_touched_orders'), ['source_code', 'order_key']) }}"
) }}

with orders as (

    select * from {{ ref('int_orders_united') }}
    {{- where_order_is_touched() }}

),

-- the lines know which delivery is the newest that contains the order, header or not
newest as (

    select
        source_code,
        order_key,
        delivery_date,
        max(case when line_outcome = 'sale' then 1 else 0 end) = 1 as is_sale
    from {{ ref('fct_order_lines') }}
    where
        {% if is_incremental() -%}
        (source_code, order_key) in (select source_code, order_key from {{ ref('int_touched_orders') }})
        and {% endif -%}
        line_outcome <> 'superseded'
    group by source_code, order_key, delivery_date

),

first_promises as (

    select
        source_code,
        order_key,
        min(delivery_date) as delivery_date
    from orders
    where promised_delivery_date is not null
    group by source_code, order_key

),

-- a later delivery may promise another day; the customer was promised the first one
promises as (

    select
        orders.source_code,
        orders.order_key,
        orders.promised_delivery_date
    from orders
    inner join first_promises
        on
            orders.source_code = first_promises.source_code
            and orders.order_key = first_promises.order_key
            and orders.delivery_date = first_promises.delivery_date

),

final as (

    select
        orders.source_code,
        orders.order_key,
        orders.delivery_date,
        orders.customer_key,
        orders.sold_to_key,
        orders.ship_to_id,
        orders.order_date,
        orders.channel,
        orders.currency,
        orders.order_kind,
        orders.is_test,
        orders.requested_delivery_date,
        promises.promised_delivery_date,
        orders.ship_to_country,
        orders.ship_to_region,
        orders.ship_to_postal_code,
        orders.warehouse_id,
        orders.payment_terms_days,
        orders.promotion_code,
        orders.is_expedited,
        newest.is_sale
    from orders
    inner join newest
        on
            orders.source_code = newest.source_code
            and orders.order_key = newest.order_key
            and orders.delivery_date = newest.delivery_date
    left join promises
        on orders.source_code = promises.source_code and orders.order_key = promises.order_key

)

select * from final
