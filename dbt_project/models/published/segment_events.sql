with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

moves as (

    select * from {{ ref('segment_moves') }}

),

events as (

    select
        *,
        'exit' as event,
        from_segment as segment
    from moves
    where from_segment is not null
    union all
    select
        *,
        'enter' as event,
        to_segment as segment
    from moves
    where to_segment is not null

),

final as (

    select
        newest.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        events.dimension,
        events.as_of_date as event_date,
        events.event,
        events.segment,
        events.cause
    from events
    cross join newest
    inner join {{ ref('int_customers') }} as identities
        on events.source_code = identities.source_code and events.customer_key = identities.customer_key

)

select * from final
