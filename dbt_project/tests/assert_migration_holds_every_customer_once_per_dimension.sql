-- A returned row is a date and dimension whose migration does not arrive at the customers of that date.
with arrived as (

    select
        as_of_date,
        dimension,
        count(case when is_there then 1 end) as customers
    from (
        select
            moves.as_of_date,
            moves.dimension,
            segments.customer_key is not null as is_there
        from {{ ref('segment_moves') }} as moves
        left join {{ ref('customer_segments_as_of') }} as segments
            on
                moves.as_of_date = segments.as_of_date
                and moves.source_code = segments.source_code
                and moves.customer_key = segments.customer_key
    ) as moves
    group by as_of_date, dimension

),

known as (

    select
        as_of_date,
        count(*) as customers
    from {{ ref('customer_segments_as_of') }}
    group by as_of_date

)

select
    arrived.as_of_date,
    arrived.dimension,
    arrived.customers,
    known.customers as known_customers
from arrived
inner join known on arrived.as_of_date = known.as_of_date
where arrived.customers <> known.customers
