{{ config(materialized='view') }}

with order_lines as (

    {{ union_sources('order_lines') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('order_id') }} as order_key,
        cast(line_number as integer) as line_number,
        {{ integer_key('product_id') }} as product_key,
        line_type,
        quantity,
        unit_price,
        discount_amount,
        unit_cost,
        cast(quantity * unit_price - discount_amount as decimal(18, 4)) as net_amount
    from order_lines

)

select * from final
