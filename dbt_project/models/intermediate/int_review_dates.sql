with first_days as (

    select min(order_date) as first_day from {{ ref('int_customer_day') }}

),

digits as (

    select numbers.digit
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as numbers (digit)

),

-- a thousand months, 83 years
months as (

    select {{ month_number('first_days.first_day') }} + hundreds.digit * 100 + tens.digit * 10 + ones.digit as month_number
    from first_days
    cross join digits as hundreds
    cross join digits as tens
    cross join digits as ones
    where first_days.first_day is not null

),

month_ends as (

    select
        months.month_number,
        {{ month_end('months.month_number') }} as review_date
    from months

),

-- whoever asks for a day by name takes it as over
last_days as (

    select max(day) as last_day
    from (
        select complete_day as day from {{ ref('int_newest_complete_day') }}
        union all
        select as_of_date as day from {{ ref('stg_control__as_of_requests') }}
        where not is_backfill
    ) as days

),

final as (

    select
        month_ends.review_date,
        month_ends.month_number as review_month
    from month_ends
    inner join last_days on month_ends.review_date <= last_days.last_day
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'review_every_months' and {{ valid_on('parameters', 'month_ends.review_date') }}
    where (month_ends.month_number + 1) % cast(parameters.value as integer) = 0

)

select * from final
