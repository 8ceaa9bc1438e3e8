with touched as (

    select order_date from {{ ref('int_recomputed_customer_days') }}
    union all
    -- of the other feeds the day of the delivery is known
    select changed.delivery_date as order_date
    from {{ ref('int_changed_deliveries') }} as changed

),

final as (

    select min(order_date) as oldest_day
    from touched
    having min(order_date) is not null

)

select * from final
