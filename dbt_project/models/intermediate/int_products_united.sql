{{ config(materialized='view') }}

with products as (

    {{ union_sources('products') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('product_id') }} as product_key,
        product_id,
        product_name,
        category,
        brand,
        unit_cost,
        list_price,
        weight_kg,
        volume_l
    from products

)

select * from final
