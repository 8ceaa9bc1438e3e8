with feeds as (

    select * from {{ ref('stg_control__feeds') }}
    where is_enabled

),

as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

-- what stands in the lake counts only as far as the as-of date
deliveries as (

    select
        int_deliveries.source_code,
        int_deliveries.feed,
        count(*) as delivery_count,
        sum(int_deliveries.rows_accepted) as row_count,
        sum(int_deliveries.rows_rejected) as quarantined_row_count,
        max(int_deliveries.delivery_date) as newest_delivery_date
    from {{ ref('int_deliveries') }} as int_deliveries
    inner join as_of_dates on int_deliveries.delivery_date <= as_of_dates.as_of_date
    group by int_deliveries.source_code, int_deliveries.feed

),

final as (

    select
        as_of_dates.as_of_date,
        feeds.source,
        feeds.feed,
        case
            when coalesce(deliveries.row_count, 0) > 0 then 'delivered'
            when coalesce(deliveries.delivery_count, 0) > 0 then 'delivered_empty'
            else 'missing'
        end as coverage,
        feeds.is_required,
        coalesce(deliveries.delivery_count, 0) as delivery_count,
        cast(coalesce(deliveries.row_count, 0) as bigint) as row_count,
        cast(coalesce(deliveries.quarantined_row_count, 0) as bigint) as quarantined_row_count,
        deliveries.newest_delivery_date,
        feeds.needed_for
    from feeds
    cross join as_of_dates
    left join deliveries on feeds.source_code = deliveries.source_code and feeds.feed = deliveries.feed

)

select * from final
