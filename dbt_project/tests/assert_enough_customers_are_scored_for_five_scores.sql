-- A returned row is an as-of date with so few scored customers that fifths of them are mostly chance.
{{ config(severity='warn') }}

select
    as_of_date,
    count(*) as scored_customers
from {{ ref('customer_rfm') }}
group by as_of_date
having count(*) < {{ var('small_population_customers') }}
