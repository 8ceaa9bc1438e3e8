-- A returned row is a score that holds more than the limit's share of the scored customers, or none: it tells them apart badly.
{{ config(severity='warn') }}

with scores as (

    {% for score in ['r_score', 'f_score', 'm_score'] %}
    select
        as_of_date,
        '{{ score }}' as measure,
        {{ score }} as score
    from {{ ref('customer_rfm') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counted as (

    select
        as_of_date,
        measure,
        score,
        count(*) as customers
    from scores
    group by as_of_date, measure, score

),

populations as (

    select
        as_of_date,
        measure,
        sum(customers) as all_customers
    from counted
    group by as_of_date, measure

),

schemes as (

    select distinct
        as_of_date,
        case measure when 'recency' then 'r_score' when 'frequency' then 'f_score' else 'm_score' end as measure,
        scheme
    from {{ ref('rfm_cut_points') }}

),

grid as (

    select
        populations.as_of_date,
        populations.measure,
        numbers.score,
        populations.all_customers
    from populations
    cross join (values (1), (2), (3), (4), (5)) as numbers (score)
    inner join schemes on populations.as_of_date = schemes.as_of_date and populations.measure = schemes.measure
    where schemes.scheme = 'five_scores' or numbers.score in (1, 3, 5)

)

select
    grid.as_of_date,
    grid.measure,
    grid.score,
    coalesce(counted.customers, 0) as customers,
    grid.all_customers
from grid
inner join {{ ref('stg_policy__parameters') }} as parameters
    on parameters.name = 'largest_score_share' and {{ valid_on('parameters', 'grid.as_of_date') }}
left join counted
    on grid.as_of_date = counted.as_of_date and grid.measure = counted.measure and grid.score = counted.score
where
    counted.customers is null
    or counted.customers > parameters.value * grid.all_customers
