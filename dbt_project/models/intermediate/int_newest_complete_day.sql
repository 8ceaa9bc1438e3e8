with required_feeds as (

    select source_code, feed from {{ ref('stg_control__feeds') }}
    where is_enabled and is_required

),

newest_deliveries as (

    select
        required_feeds.source_code,
        required_feeds.feed,
        max(deliveries.delivery_date) as delivery_date
    from required_feeds
    left join {{ ref('int_deliveries') }} as deliveries
        on required_feeds.source_code = deliveries.source_code and required_feeds.feed = deliveries.feed
    group by required_feeds.source_code, required_feeds.feed

),

final as (

    select min(delivery_date) as complete_day from newest_deliveries
    having count(*) > 0 and count(*) = count(delivery_date)

)

select * from final
