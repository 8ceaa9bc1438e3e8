-- A returned row is a date and dimension whose migration or moves are not those of the customers of both dates.
with known as (

    select
        steps.as_of_date,
        segments.source_code,
        segments.customer_key
    from {{ ref('history_steps') }} as steps
    inner join {{ ref('customer_segments_as_of') }} as segments on steps.as_of_date = segments.as_of_date
    where steps.is_due
    union
    select
        steps.as_of_date,
        segments.source_code,
        segments.customer_key
    from {{ ref('history_steps') }} as steps
    inner join {{ ref('customer_segments_as_of') }} as segments on steps.date_before = segments.as_of_date
    where steps.is_due

),

known_by_date as (

    select
        as_of_date,
        count(*) as customers
    from known
    group by as_of_date

),

counted as (

    select
        as_of_date,
        dimension,
        sum(customers) as customers,
        sum(case when cause <> 'stayed' then customers else 0 end) as moved_customers
    from {{ ref('segment_migration_as_of') }}
    group by as_of_date, dimension

),

moved as (

    select
        as_of_date,
        dimension,
        count(*) as customers
    from {{ ref('segment_moves') }}
    group by as_of_date, dimension

)

select
    counted.as_of_date,
    counted.dimension,
    counted.customers,
    known_by_date.customers as known_customers,
    counted.moved_customers,
    moved.customers as told_customers
from counted
left join known_by_date on counted.as_of_date = known_by_date.as_of_date
left join moved on counted.as_of_date = moved.as_of_date and counted.dimension = moved.dimension
where
    counted.customers <> known_by_date.customers
    or counted.moved_customers <> coalesce(moved.customers, 0)
