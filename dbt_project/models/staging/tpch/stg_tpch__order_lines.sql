with lineitem as (

    select * from {{ source('tpch', 'lineitem') }}

),

partsupp as (

    select * from {{ source('tpch', 'partsupp') }}

),

final as (

    select
        lineitem.delivery_date,
        cast(lineitem.l_orderkey as string) as order_id,
        lineitem.l_linenumber as line_number,
        cast(lineitem.l_partkey as string) as product_id,
        'product' as line_type,
        cast(lineitem.l_quantity as decimal(18, 3)) as quantity,
        -- the price before discount is units x retail price, so this is that price again
        cast(lineitem.l_extendedprice / nullif(lineitem.l_quantity, 0) as decimal(18, 4)) as unit_price,
        cast(lineitem.l_extendedprice * lineitem.l_discount as decimal(18, 4)) as discount_amount,
        partsupp.ps_supplycost as unit_cost
    from lineitem
    left join partsupp
        on
            lineitem.delivery_date = partsupp.delivery_date
            and lineitem.l_partkey = partsupp.ps_partkey
            and lineitem.l_suppkey = partsupp.ps_suppkey

)

select * from final
