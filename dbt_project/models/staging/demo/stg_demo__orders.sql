with orders as (

    select * from {{ source('demo', 'orders') }}

),

final as (

    select
        delivery_date,
        order_id,
        nullif(trim(customer_id), '') as source_customer_id,
        {{ business_date('ordered_at') }} as order_date,
        ship_to_country,
        case status
            when 'credit_note' then 'credit'
            when 'cancelled' then 'cancelled'
            else 'sale'
        end as order_kind,
        coalesce(is_test, false) as is_test
    from orders

)

select * from final
