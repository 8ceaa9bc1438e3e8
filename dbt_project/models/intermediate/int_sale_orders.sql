with order_lines as (

    select * from {{ ref('fct_order_lines') }}
    where line_outcome = 'sale'

),

summed as (

    select
        source_code,
        order_key,
        count(*) as line_count,
        cast(sum(quantity) as decimal(18, 3)) as units,
        cast(sum(net_amount) as decimal(18, 4)) as net_amount
    from order_lines
    group by source_code, order_key

),

final as (

    select
        orders.source_code,
        orders.order_key,
        orders.customer_key,
        orders.order_date,
        coalesce(orders.channel, 'unknown') as channel,
        orders.promotion_code is not null as is_on_promotion,
        orders.warehouse_id,
        orders.is_expedited,
        orders.requested_delivery_date,
        orders.promised_delivery_date,
        summed.line_count,
        summed.units,
        summed.net_amount
    from summed
    inner join {{ ref('fct_orders') }} as orders
        on summed.source_code = orders.source_code and summed.order_key = orders.order_key

)

select * from final
