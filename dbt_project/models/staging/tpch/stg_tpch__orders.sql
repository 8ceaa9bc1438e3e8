with orders as (

    select * from {{ source('tpch', 'orders') }}

),

lineitem as (

    select * from {{ source('tpch', 'lineitem') }}

),

-- each line has a promise of its own; the order is promised when its last line is
promises as (

    select
        delivery_date,
        l_orderkey,
        max(l_commitdate) as promised_delivery_date
    from lineitem
    group by delivery_date, l_orderkey

),

final as (

    select
        orders.delivery_date,
        cast(orders.o_orderkey as string) as order_id,
        cast(orders.o_custkey as string) as source_customer_id,
        orders.o_orderdate as order_date,
        'sale' as order_kind,
        promises.promised_delivery_date,
        coalesce(orders.o_orderpriority = '1-URGENT', false) as is_expedited,
        false as is_test,
        {{ absent_columns('orders', [
            'order_id', 'source_customer_id', 'order_date', 'order_kind', 'promised_delivery_date', 'is_expedited', 'is_test'
        ]) }}
    from orders
    left join promises
        on orders.delivery_date = promises.delivery_date and orders.o_orderkey = promises.l_orderkey

)

select * from final
