with required_feeds as (

    select * from {{ ref('stg_control__feeds') }}
    where is_enabled and is_required

),

newest_deliveries as (

    select max(deliveries.delivery_date) as delivery_date
    from required_feeds
    inner join {{ ref('int_deliveries') }} as deliveries
        on required_feeds.source_code = deliveries.source_code and required_feeds.feed = deliveries.feed

),

-- a day that the calendar excuses counts as delivered, but the calendar never runs ahead of the deliveries
final as (

    select least(min(required_feeds.complete_through), max(newest_deliveries.delivery_date)) as complete_day
    from required_feeds
    cross join newest_deliveries
    having count(*) > 0 and count(*) = count(required_feeds.complete_through)

)

select * from final
