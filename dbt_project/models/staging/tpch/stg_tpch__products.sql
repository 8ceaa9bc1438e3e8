with part as (

    select * from {{ source('tpch', 'part') }}

),

final as (

    select
        delivery_date,
        cast(p_partkey as string) as product_id,
        p_name as product_name,
        -- the first of its three words is the line of goods, such as PROMO
        split_part(p_type, ' ', 1) as category,
        p_brand as brand,
        p_retailprice as list_price,
        {{ absent_columns('products', ['product_id', 'product_name', 'category', 'brand', 'list_price']) }}
    from part

)

select * from final
