{#- Taken before this refresh replaces any of them. -#}
{%- set kept = table_before('intermediate', 'int_behaviour_cluster_fits') -%}

with newest as (

    select max(as_of_date) as as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

kept as (

    {% if kept is none -%}
    select
        cast(null as date) as fit_date,
        cast(null as string) as policy_version
    from newest
    where false
    {%- else -%}
    select distinct
        fit_date,
        policy_version
    from {{ kept }}
    {%- endif %}

),

standing as (

    select kept.fit_date
    from kept
    inner join {{ ref('stg_control__refresh') }} as refresh on kept.policy_version = refresh.policy_version
    inner join {{ ref('int_refresh_plan') }} as plan on not plan.is_full
    where
        not exists (
            select 1 from {{ ref('int_oldest_touched_day') }} as touched
            where touched.oldest_day <= kept.fit_date
        )

),

final as (

    select
        reviews.review_date as fit_date,
        {{ window_start('reviews.review_date', 'windows.value') }} as window_start_date,
        standing.fit_date is null as is_due
    from {{ ref('int_review_dates') }} as reviews
    inner join newest on reviews.review_date <= newest.as_of_date
    inner join {{ ref('stg_policy__parameters') }} as intervals
        on
            intervals.name = 'cluster_fit_every_months'
            and {{ valid_on('intervals', 'reviews.review_date') }}
            and (reviews.review_month + 1) % cast(intervals.value as integer) = 0
    inner join {{ ref('stg_policy__parameters') }} as windows
        on windows.name = 'analysis_window_days' and {{ valid_on('windows', 'reviews.review_date') }}
    left join standing on reviews.review_date = standing.fit_date

)

select * from final
