with returned as (

    select
        source_code,
        order_key,
        product_key,
        return_date,
        sum(quantity) as quantity
    from {{ ref('fct_returns') }}
    where return_outcome = 'return'
    group by source_code, order_key, product_key, return_date

),

sold as (

    select
        source_code,
        order_key,
        product_key,
        sum(quantity) as quantity
    from {{ ref('fct_order_lines') }}
    where line_outcome = 'sale' and (source_code, order_key) in (select source_code, order_key from returned)
    group by source_code, order_key, product_key

),

return_days as (

    select distinct source_code, order_key, return_date from returned

),

-- units of each product that have not come back by the end of a day; too many of one make up for no other
kept as (

    select
        return_days.source_code,
        return_days.order_key,
        return_days.return_date,
        sold.product_key,
        case
            when sold.quantity > coalesce(sum(returned.quantity), 0) then sold.quantity - coalesce(sum(returned.quantity), 0)
            else 0
        end as quantity
    from return_days
    inner join sold
        on return_days.source_code = sold.source_code and return_days.order_key = sold.order_key
    left join returned
        on
            sold.source_code = returned.source_code
            and sold.order_key = returned.order_key
            and sold.product_key = returned.product_key
            and return_days.return_date >= returned.return_date
    group by return_days.source_code, return_days.order_key, return_days.return_date, sold.product_key, sold.quantity

),

kept_orders as (

    select
        source_code,
        order_key,
        return_date,
        sum(quantity) as quantity
    from kept
    group by source_code, order_key, return_date

),

-- returns that name the order and no product may have taken back any of them
reversed_days as (

    select
        kept_orders.source_code,
        kept_orders.order_key,
        kept_orders.return_date
    from kept_orders
    left join returned
        on
            kept_orders.source_code = returned.source_code
            and kept_orders.order_key = returned.order_key
            and returned.product_key is null
            and kept_orders.return_date >= returned.return_date
    group by kept_orders.source_code, kept_orders.order_key, kept_orders.return_date, kept_orders.quantity
    having kept_orders.quantity <= coalesce(sum(returned.quantity), 0)

),

final as (

    select
        orders.source_code,
        orders.order_key,
        orders.customer_key,
        orders.ship_to_country,
        orders.order_date,
        min(reversed_days.return_date) as reversed_date
    from reversed_days
    inner join {{ ref('fct_orders') }} as orders
        on reversed_days.source_code = orders.source_code and reversed_days.order_key = orders.order_key
    group by orders.source_code, orders.order_key, orders.customer_key, orders.ship_to_country, orders.order_date

)

select * from final
