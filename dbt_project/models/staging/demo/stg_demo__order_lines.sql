with order_lines as (

    select * from {{ source('demo', 'order_lines') }}

),

final as (

    select
        delivery_date,
        order_id,
        line_number,
        coalesce(line_type, 'product') as line_type,
        quantity,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount,
        unit_cost
    from order_lines

)

select * from final
