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

order_rates as (

    {{ rates_of_order_days('orders') }}

),

converted_orders as (

    select
        orders.*,
        {{ is_foreign('orders.currency') }} as is_foreign,
        order_rates.rate_to_base
    from orders
    left join order_rates
        on
            orders.source_code = order_rates.source_code
            and orders.currency = order_rates.currency
            and orders.order_date = order_rates.order_date

),

-- periods that end: joined by comparisons alone, millions of lines are hashed; an OR would compare each with each
product_costs as (

    select
        source_code,
        product_key,
        valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as valid_to,
        unit_cost
    from {{ ref('int_product_versions') }}

),

sources as (

    select distinct source_code, return_channel from {{ ref('stg_control__feeds') }}

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
        coalesce(orders.is_foreign, false) as is_foreign,
        orders.rate_to_base,
        order_lines.product_key,
        case when order_lines.unit_cost is null then order_lines.product_key end as product_key_without_cost,
        order_lines.line_type,
        order_lines.quantity,
        order_lines.unit_price,
        order_lines.unit_cost,
        order_lines.discount_amount,
        order_lines.net_amount
    from order_lines
    full outer join converted_orders as orders
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
        delivered.product_key,
        -- the first reason that applies; a line that nothing excludes is a sale or a return
        case
            when delivered.delivery_date < newest.delivery_date then 'superseded'
            when delivered.line_type is null then 'order_without_lines'
            when delivered.order_kind is null then 'line_without_order'
            when delivered.is_test then 'test_order'
            when delivered.line_type <> 'product' then delivered.line_type
            when delivered.order_kind in ('cancelled', 'adjustment') then delivered.order_kind
            when delivered.unit_price <= 0 then 'price_not_positive'
            when sources.return_channel = 'returns_feed' and delivered.quantity < 0 then 'other_return_channel'
            when delivered.order_kind = 'sale' and delivered.quantity <= 0 then 'quantity_not_positive'
            when delivered.order_kind = 'credit' and delivered.quantity >= 0 then 'quantity_not_negative'
            when delivered.customer_key is null then 'unidentified'
            when delivered.order_kind = 'credit' then 'return'
            else 'sale'
        end as line_outcome,
        delivered.quantity,
        {%- for amount in ['net_amount', 'discount_amount'] %}
        {{ in_base_currency('delivered.' ~ amount, 'delivered.is_foreign', 'delivered.rate_to_base') }} as {{ amount }},
        {%- endfor %}
        coalesce(
            {{ in_base_currency('delivered.unit_cost', 'delivered.is_foreign', 'delivered.rate_to_base') }},
            product_costs.unit_cost
        ) as unit_cost,
        -- kept apart, for a converted amount does not tell to the last digit what was delivered
        case when delivered.is_foreign then delivered.net_amount end as order_currency_amount
    from delivered
    inner join newest
        on delivered.source_code = newest.source_code and delivered.order_key = newest.order_key
    left join sources
        on delivered.source_code = sources.source_code
    left join product_costs
        on
            delivered.source_code = product_costs.source_code
            and delivered.product_key_without_cost = product_costs.product_key
            and delivered.order_date >= product_costs.valid_from
            and delivered.order_date < product_costs.valid_to

)

select * from final
