with returns as (

    select * from {{ source('tpch', 'returns') }}

),

final as (

    select
        delivery_date,
        l_orderkey || '-' || l_linenumber as return_id,
        cast(l_orderkey as string) as order_id,
        l_linenumber as line_number,
        cast(l_partkey as string) as product_id,
        -- the day of the return is not told; the goods came back no earlier
        l_receiptdate as return_date,
        cast(l_quantity as decimal(18, 3)) as quantity,
        {{ absent_columns('returns', ['return_id', 'order_id', 'line_number', 'product_id', 'return_date', 'quantity']) }}
    from returns

)

select * from final
