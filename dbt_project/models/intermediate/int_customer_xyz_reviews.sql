{#- The class of a review depends on the ones before, so every review is replayed from the first. No recursion is needed: at
    each cut the customer stands above or below until a review decides otherwise, so the newest decision counts. -#}
with months as (

    select * from {{ ref('int_customer_month') }}

),

customers as (

    select
        source_code,
        customer_key,
        min(month_number) as first_month
    from months
    where has_sale
    group by source_code, customer_key

),

reviews as (

    select
        customers.source_code,
        customers.customer_key,
        customers.first_month,
        review_dates.review_date,
        review_dates.review_month,
        review_dates.review_month - customers.first_month + 1 as month_count
    from customers
    inner join {{ ref('int_review_dates') }} as review_dates on customers.first_month <= review_dates.review_month
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on
            parameters.name = 'xyz_least_months'
            and {{ valid_on('parameters', 'review_dates.review_date') }}
            and review_dates.review_month - customers.first_month + 1 >= parameters.value

),

-- what each month brought, and each review at the end of its month: months without an order are zero months, and add nothing.
-- Whole cents, so that the sums are exact.
entries as (

    select
        months.source_code,
        months.customer_key,
        months.month_number,
        cast(null as date) as review_date,
        cast(null as integer) as month_count,
        cast(months.net_revenue as decimal(18, 2)) as net_revenue
    from months
    inner join customers
        on
            months.source_code = customers.source_code
            and months.customer_key = customers.customer_key
            and months.month_number >= customers.first_month
    union all
    select
        source_code,
        customer_key,
        review_month as month_number,
        review_date,
        month_count,
        cast(0 as decimal(18, 2)) as net_revenue
    from reviews

),

-- added up once per customer, not once per review; a range, so that a review holds its own month whichever row comes first
sums as (

    select
        source_code,
        customer_key,
        review_date,
        month_number as review_month,
        month_count,
        cast(
            sum(net_revenue) over (
                partition by source_code, customer_key order by month_number range between unbounded preceding and current row
            ) as double
        ) as revenue,
        cast(
            sum({{ factor('net_revenue') }} * net_revenue) over (
                partition by source_code, customer_key order by month_number range between unbounded preceding and current row
            ) as double
        ) as squared_revenue
    from entries

),

measured as (

    select
        *,
        -- sample standard deviation over the mean; none where the mean is not positive
        case
            when revenue > 0 and month_count > 1
                then
                    sqrt(greatest(squared_revenue - revenue * revenue / month_count, 0) / (month_count - 1))
                    / (revenue / month_count)
        end as revenue_variation
    from sums
    where review_date is not null

),

sides as (

    select
        measured.source_code,
        measured.customer_key,
        measured.review_date,
        measured.review_month,
        classes.class_number,
        case
            when measured.revenue_variation is null then 1
            when measured.revenue_variation >= classes.variation_from then 1
            else 0
        end as side,
        case
            when measured.revenue_variation is null then 1
            when measured.revenue_variation >= classes.variation_from * (1 + parameters.value) then 1
            when measured.revenue_variation <= classes.variation_from * (1 - parameters.value) then 0
        end as clear_side
    from measured
    inner join {{ ref('stg_policy__xyz_classes') }} as classes
        on classes.class_number > 1 and {{ valid_on('classes', 'measured.review_date') }}
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'xyz_hysteresis_share' and {{ valid_on('parameters', 'measured.review_date') }}

),

compared as (

    select
        *,
        lag(side) over (
            partition by source_code, customer_key, class_number
            order by review_date
        ) as side_before
    from sides

),

decisions as (

    select
        *,
        case
            -- the first review, or two running
            when side_before is null or side_before = side then side
            else clear_side
        end as decision
    from compared

),

-- later months are larger numbers, so the largest is the newest decision
latched as (

    select
        *,
        max(review_month * 2 + decision) over (
            partition by source_code, customer_key, class_number
            order by review_date
            rows between unbounded preceding and current row
        ) % 2 as standing
    from decisions

),

class_numbers as (

    select
        source_code,
        customer_key,
        review_date,
        1 + sum(standing) as class_number
    from latched
    group by source_code, customer_key, review_date

),

final as (

    select
        measured.source_code,
        measured.customer_key,
        measured.review_date,
        measured.month_count,
        measured.revenue_variation,
        classes.xyz_class
    from measured
    inner join class_numbers
        on
            measured.source_code = class_numbers.source_code
            and measured.customer_key = class_numbers.customer_key
            and measured.review_date = class_numbers.review_date
    inner join {{ ref('stg_policy__xyz_classes') }} as classes
        on class_numbers.class_number = classes.class_number and {{ valid_on('classes', 'measured.review_date') }}

)

select * from final
