-- A returned row is a date that is to be computed although nobody had ordered anything, and the first date on which somebody
-- had.
with first_orders as (

    select min(order_date) as first_order_date from {{ ref('fct_orders') }}

)

select
    requests.as_of_date,
    first_orders.first_order_date
from {{ ref('stg_control__as_of_requests') }} as requests
inner join first_orders on requests.as_of_date < first_orders.first_order_date
