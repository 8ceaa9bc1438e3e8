with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

kept as (

    select distinct as_of_date from {{ ref('customer_segments_as_of') }}

),

reviews as (

    select
        reviews.review_date,
        newest.as_of_date as newest_date,
        row_number() over (order by reviews.review_date desc) as review_number
    from {{ ref('int_review_dates') }} as reviews
    inner join newest on reviews.review_date <= newest.as_of_date

),

history as (

    select reviews.review_date as as_of_date
    from reviews
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on
            parameters.name = 'history_reviews'
            and {{ valid_on('parameters', 'reviews.newest_date') }}
            and reviews.review_number <= parameters.value
    union
    select as_of_date from newest

),

final as (

    select
        history.as_of_date,
        lag(history.as_of_date) over (order by history.as_of_date) as date_before,
        lead(history.as_of_date) over (order by history.as_of_date) as date_after
    from history
    inner join kept on history.as_of_date = kept.as_of_date

)

select * from final
