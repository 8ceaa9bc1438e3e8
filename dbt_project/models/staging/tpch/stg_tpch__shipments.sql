with lineitem as (

    select * from {{ source('tpch', 'lineitem') }}

),

final as (

    select
        delivery_date,
        -- nothing says which lines travelled together, so an order is one shipment, which is there when all of it is
        cast(l_orderkey as string) as shipment_id,
        cast(l_orderkey as string) as order_id,
        max(l_shipdate) as shipped_date,
        case when count(l_receiptdate) = count(*) then max(l_receiptdate) end as delivered_date,
        cast(sum(l_quantity) as decimal(18, 3)) as units,
        {{ absent_columns('shipments', ['shipment_id', 'order_id', 'shipped_date', 'delivered_date', 'units']) }}
    from lineitem
    group by delivery_date, l_orderkey
    having max(l_shipdate) is not null

)

select * from final
