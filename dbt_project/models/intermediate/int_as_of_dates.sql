with requests as (

    select distinct as_of_date from {{ ref('stg_control__as_of_requests') }}

),

required_feeds as (

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

-- the newest day for which every required feed has delivered; none, as long as one of them never has
complete as (

    select min(delivery_date) as as_of_date from newest_deliveries
    having count(*) = count(delivery_date)

),

-- what is published: the dates that were asked for, else the newest complete day
wanted as (

    select as_of_date from requests
    union all
    select as_of_date from complete
    where as_of_date is not null and not exists (select 1 from requests)

),

newest as (

    select max(as_of_date) as as_of_date from wanted

),

-- frozen cut points are those of a base date, so that date is computed too
base_dates as (

    select distinct rfm_measures.base_date as as_of_date
    from wanted
    inner join {{ ref('stg_policy__rfm_measures') }} as rfm_measures
        on rfm_measures.method = 'frozen' and {{ valid_on('rfm_measures', 'wanted.as_of_date') }}
    inner join complete on rfm_measures.base_date <= complete.as_of_date

),

dates as (

    select as_of_date from wanted
    union
    select as_of_date from base_dates

),

final as (

    select
        dates.as_of_date,
        {{ window_start('dates.as_of_date', 'parameters.value') }} as window_start_date,
        dates.as_of_date = newest.as_of_date as is_newest
    from dates
    cross join newest
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'analysis_window_days' and {{ valid_on('parameters', 'dates.as_of_date') }}

)

select * from final
