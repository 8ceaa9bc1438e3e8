with order_lines as (

    -- unidentified sales are work too; what comes back is a return, whoever sent it
    select * from {{ ref('fct_order_lines') }}
    where line_outcome in ('sale', 'unidentified') and quantity > 0

),

per_order as (

    select
        source_code,
        order_key,
        count(*) as line_count,
        sum(quantity) as unit_count,
        sum(net_amount) as invoice_amount
    from order_lines
    group by source_code, order_key

),

final as (

    select
        per_order.source_code,
        per_order.order_key,
        orders.order_date,
        orders.customer_key,
        orders.channel,
        orders.ship_to_country,
        orders.warehouse_id,
        coalesce(orders.is_expedited, false) as is_expedited,
        per_order.line_count,
        cast(per_order.unit_count as decimal(18, 3)) as unit_count,
        cast(per_order.invoice_amount as decimal(18, 4)) as invoice_amount
    from per_order
    inner join {{ ref('fct_orders') }} as orders
        on per_order.source_code = orders.source_code and per_order.order_key = orders.order_key

)

select * from final
