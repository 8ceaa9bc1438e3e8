with requests as (

    select distinct
        as_of_date,
        is_backfill
    from {{ ref('stg_control__as_of_requests') }}

),

complete as (

    select complete_day as as_of_date from {{ ref('int_newest_complete_day') }}

),

parameters as (

    select * from {{ ref('stg_policy__parameters') }}

),

-- what is published: the dates that were asked for, else the newest complete day
wanted as (

    select as_of_date from requests
    where not is_backfill
    union all
    select as_of_date from complete
    where not exists (select 1 from requests where not is_backfill)

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

numbered_reviews as (

    select
        reviews.review_date,
        newest.as_of_date as newest_date,
        row_number() over (order by reviews.review_date desc) as review_number
    from {{ ref('int_review_dates') }} as reviews
    inner join newest on reviews.review_date <= newest.as_of_date

),

-- the history that every refresh has: the newest reviews
reviews as (

    select numbered_reviews.review_date as as_of_date
    from numbered_reviews
    inner join parameters
        on
            parameters.name = 'history_reviews'
            and {{ valid_on('parameters', 'numbered_reviews.newest_date') }}
            and numbered_reviews.review_number <= parameters.value

),

-- a kept date stays as it is until something on or before it changes: deliveries, or the rules
standing as (

    select kept.as_of_date
    from {{ ref('int_kept_as_of_dates') }} as kept
    cross join {{ ref('int_refresh_plan') }} as plan
    cross join {{ ref('stg_control__refresh') }} as refresh
    where
        not plan.is_full
        and kept.date_role <> 'current'
        and kept.policy_version = refresh.policy_version
        and not exists (
            select 1 from {{ ref('int_oldest_touched_day') }} as touched
            where touched.oldest_day <= kept.as_of_date
        )
        -- the published date is computed by every refresh, and stays a review
        and kept.as_of_date not in (select as_of_date from wanted)

),

-- a refresh in full builds the kept dates anew, all of them; what is published waits for nothing
postponed as (

    select distinct dates.as_of_date
    from {{ ref('stg_control__postponed_dates') }} as dates
    cross join {{ ref('int_refresh_plan') }} as plan
    where
        dates.as_of_date not in (select as_of_date from wanted)
        and (not plan.is_full or dates.as_of_date not in (select as_of_date from {{ ref('int_kept_as_of_dates') }}))

),

candidates as (

    select
        as_of_date,
        1 as preference,
        'backfill' as date_role
    from requests
    where is_backfill
    union all
    select
        as_of_date,
        2 as preference,
        'backfill' as date_role
    from {{ ref('int_kept_as_of_dates') }}
    where date_role = 'backfill' and as_of_date not in (select as_of_date from standing)
    union all
    select
        as_of_date,
        3 as preference,
        'review' as date_role
    from reviews
    where as_of_date not in (select as_of_date from standing)
    union all
    select
        as_of_date,
        4 as preference,
        'review' as date_role
    from {{ ref('int_kept_as_of_dates') }}
    where date_role = 'review' and as_of_date not in (select as_of_date from standing)
    union all
    select
        as_of_date,
        5 as preference,
        'current' as date_role
    from wanted
    union all
    select
        as_of_date,
        6 as preference,
        'base' as date_role
    from base_dates

),

ranked as (

    select
        candidates.as_of_date,
        candidates.date_role,
        row_number() over (partition by candidates.as_of_date order by candidates.preference) as place
    from candidates
    left join complete on true
    -- a day that is not complete is computed only when it is asked for by name
    where candidates.date_role = 'current' or candidates.as_of_date <= complete.as_of_date

),

final as (

    select
        ranked.as_of_date,
        {{ window_start('ranked.as_of_date', 'parameters.value') }} as window_start_date,
        ranked.as_of_date = newest.as_of_date as is_newest,
        ranked.date_role,
        ranked.date_role <> 'base' and postponed.as_of_date is not null as is_postponed
    from ranked
    cross join newest
    left join postponed on ranked.as_of_date = postponed.as_of_date
    inner join parameters
        on parameters.name = 'analysis_window_days' and {{ valid_on('parameters', 'ranked.as_of_date') }}
    where ranked.place = 1

)

select * from final
