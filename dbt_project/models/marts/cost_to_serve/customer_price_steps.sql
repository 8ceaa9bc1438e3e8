with line_prices as (

    select * from {{ ref('int_line_prices') }}

),

as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

-- once per day, whatever number of as-of dates is asked for
customer_days as (

    select
        source_code,
        customer_key,
        price_date,
        sum(list_amount) as list_amount,
        sum(discount_amount) as discount_amount,
        sum(return_amount) as return_amount,
        sum(off_invoice_amount) as off_invoice_amount,
        sum(freight_charged) as freight_charged
    from line_prices
    group by source_code, customer_key, price_date

),

summed as (

    select
        as_of_dates.as_of_date,
        customer_days.source_code,
        customer_days.customer_key,
        sum(customer_days.list_amount) as list_amount,
        sum(customer_days.discount_amount) as discount_amount,
        sum(customer_days.return_amount) as return_amount,
        sum(customer_days.off_invoice_amount) as off_invoice_amount,
        sum(customer_days.freight_charged) as freight_charged
    from customer_days
    inner join as_of_dates
        on
            customer_days.price_date <= as_of_dates.as_of_date
            and customer_days.price_date > as_of_dates.window_start_date
    group by as_of_dates.as_of_date, customer_days.source_code, customer_days.customer_key

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        cast(list_amount as decimal(18, 4)) as list_amount,
        cast(discount_amount as decimal(18, 4)) as discount_amount,
        cast(list_amount + discount_amount as decimal(18, 4)) as invoice_amount,
        cast(return_amount as decimal(18, 4)) as return_amount,
        cast(list_amount + discount_amount + return_amount as decimal(18, 4)) as net_revenue,
        cast(off_invoice_amount as decimal(18, 4)) as off_invoice_amount,
        cast(list_amount + discount_amount + return_amount + off_invoice_amount as decimal(18, 4)) as pocket_amount,
        cast(freight_charged as decimal(18, 4)) as freight_charged
    from summed

)

select * from final
