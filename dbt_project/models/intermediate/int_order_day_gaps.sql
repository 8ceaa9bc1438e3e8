{#- The rhythm in which a customer orders: a day stays in it when its goods come back later. -#}

with order_days as (

    select distinct source_code, customer_key, order_date
    from {{ ref('int_customer_day') }}
    where sale_order_count > 0

),

neighbours as (

    select
        *,
        lag(order_date) over (partition by source_code, customer_key order by order_date) as previous_order_date
    from order_days

),

final as (

    select
        source_code,
        customer_key,
        order_date,
        previous_order_date,
        {{ days_between('previous_order_date', 'order_date') }} as gap_days
    from neighbours
    where previous_order_date is not null

)

select * from final
