with customer_days as (

    select * from {{ ref('int_customer_day') }}

),

final as (

    select
        source_code,
        customer_key,
        {{ month_number('order_date') }} as month_number,
        cast(sum(sale_amount + return_amount) as decimal(18, 4)) as net_revenue,
        sum(sale_line_count) > 0 as has_sale
    from customer_days
    group by source_code, customer_key, {{ month_number('order_date') }}

)

select * from final
