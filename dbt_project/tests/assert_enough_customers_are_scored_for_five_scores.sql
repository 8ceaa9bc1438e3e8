-- A returned row is an as-of date with so few scored customers that fifths of them are mostly chance.
{{ config(severity='warn') }}

with scored as (

    select
        as_of_date,
        count(*) as scored_customers
    from {{ ref('customer_rfm') }}
    group by as_of_date

)

select
    scored.as_of_date,
    scored.scored_customers
from scored
inner join {{ ref('stg_policy__parameters') }} as parameters
    on parameters.name = 'least_scored_customers' and {{ valid_on('parameters', 'scored.as_of_date') }}
where scored.scored_customers < parameters.value
