with requests as (

    select distinct as_of_date from {{ ref('stg_control__as_of_requests') }}

),

complete as (

    select complete_day as as_of_date from {{ ref('int_newest_complete_day') }}

),

-- what is published: the dates that were asked for, else the newest complete day
wanted as (

    select as_of_date from requests
    union all
    select as_of_date from complete
    where not exists (select 1 from requests)

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
