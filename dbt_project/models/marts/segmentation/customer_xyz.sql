with customers as (

    select as_of_date, source_code, customer_key from {{ ref('int_customers_as_of') }}

),

newest_reviews as (

    select
        as_of_dates.as_of_date,
        max(review_dates.review_date) as review_date
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('int_review_dates') }} as review_dates on as_of_dates.as_of_date >= review_dates.review_date
    group by as_of_dates.as_of_date

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        newest_reviews.review_date,
        reviews.month_count,
        reviews.revenue_variation,
        reviews.xyz_class
    from customers
    left join newest_reviews on customers.as_of_date = newest_reviews.as_of_date
    left join {{ ref('int_customer_xyz_reviews') }} as reviews
        on
            newest_reviews.review_date = reviews.review_date
            and customers.source_code = reviews.source_code
            and customers.customer_key = reviews.customer_key

)

select * from final
