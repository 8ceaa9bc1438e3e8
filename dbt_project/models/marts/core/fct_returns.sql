{#- Computed anew by every refresh from the newest delivery of each return: returns are few beside the lines they name. -#}

with delivered as (

    select * from {{ ref('int_returns') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where (source_code, order_key) in (select source_code, order_key from delivered)

),

-- what was sold, to a customer or to a guest: nothing else can come back
sold_lines as (

    select
        source_code,
        order_key,
        line_number,
        product_key,
        quantity,
        net_amount,
        unit_cost
    from {{ ref('fct_order_lines') }}
    where
        line_outcome in ('sale', 'unidentified')
        and quantity > 0
        and (source_code, order_key) in (select source_code, order_key from delivered)

),

-- how exactly each return names what came back: the line, else the product, else only the order
named as (

    select
        delivered.source_code,
        delivered.return_key,
        max(case when sold_lines.line_number = delivered.line_number then 1 else 0 end) as has_line,
        max(case when sold_lines.product_key = delivered.product_key then 1 else 0 end) as has_product
    from delivered
    inner join sold_lines
        on delivered.source_code = sold_lines.source_code and delivered.order_key = sold_lines.order_key
    group by delivered.source_code, delivered.return_key

),

-- the mean of the lines that may be meant, which mostly is one
meant as (

    select
        delivered.source_code,
        delivered.return_key,
        case when min(sold_lines.product_key) = max(sold_lines.product_key) then min(sold_lines.product_key) end as product_key,
        cast(sum(sold_lines.net_amount) as decimal(18, 4)) as net_amount,
        cast(sum(sold_lines.quantity) as decimal(18, 3)) as quantity,
        -- one unknown cost is no cost at all
        case
            when count(*) = count(sold_lines.unit_cost)
                then {{ narrowed('sum(sold_lines.quantity * sold_lines.unit_cost)', 7, 4) }}
        end as cost_of_goods
    from delivered
    inner join named
        on
            delivered.source_code = named.source_code
            and delivered.return_key = named.return_key
            and delivered.quantity > 0
    inner join sold_lines
        on
            delivered.source_code = sold_lines.source_code
            and delivered.order_key = sold_lines.order_key
            and case
                when named.has_line = 1 then delivered.line_number = sold_lines.line_number
                when named.has_product = 1 then delivered.product_key = sold_lines.product_key
                -- a line or product that was not sold is not meant to be any other
                else delivered.line_number is null and delivered.product_key is null
            end
    group by delivered.source_code, delivered.return_key

),

order_rates as (

    {{ rates_of_order_days('orders') }}

),

sources as (

    select distinct source_code, return_channel from {{ ref('stg_control__feeds') }}

),

final as (

    select
        delivered.source_code,
        delivered.return_key,
        delivered.delivery_date,
        delivered.order_key,
        delivered.line_number,
        coalesce(meant.product_key, delivered.product_key) as product_key,
        case when meant.quantity is not null then orders.customer_key end as customer_key,
        orders.ship_to_country,
        delivered.return_date,
        delivered.quantity,
        -- at the rate of the order, not of the return
        cast(
            -coalesce(
                {{ in_base_currency(
                    'delivered.refund_amount', is_foreign('orders.currency'), 'order_rates.rate_to_base'
                ) }},
                {{ part_of('meant.net_amount', 'delivered.quantity', 'meant.quantity') }}
            ) as decimal(18, 4)
        ) as return_amount,
        {{ part_of('-meant.cost_of_goods', 'delivered.quantity', 'meant.quantity') }} as cost_of_goods,
        delivered.reason,
        case
            when sources.return_channel = 'credit_orders' then 'other_return_channel'
            when meant.quantity is null then 'order_unknown'
            when orders.customer_key is null then 'unidentified'
            else 'return'
        end as return_outcome
    from delivered
    left join orders
        on delivered.source_code = orders.source_code and delivered.order_key = orders.order_key
    left join meant
        on delivered.source_code = meant.source_code and delivered.return_key = meant.return_key
    left join order_rates
        on
            orders.source_code = order_rates.source_code
            and orders.currency = order_rates.currency
            and orders.order_date = order_rates.order_date
    left join sources
        on delivered.source_code = sources.source_code

)

select * from final
