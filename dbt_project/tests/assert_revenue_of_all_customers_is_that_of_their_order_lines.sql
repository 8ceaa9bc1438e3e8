-- A returned row is an as-of date whose customers' net revenue in the window is not that of the order lines and returns, to the
-- last digit.
with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

movements as (

    select order_date, net_amount from {{ ref('fct_order_lines') }}
    where line_outcome in ('sale', 'return')
    union all
    select return_date, return_amount from {{ ref('fct_returns') }}
    where return_outcome = 'return'

),

fact as (

    select
        as_of_dates.as_of_date,
        sum(movements.net_amount) as net_revenue
    from movements
    inner join as_of_dates
        on movements.order_date <= as_of_dates.as_of_date and movements.order_date > as_of_dates.window_start_date
    group by as_of_dates.as_of_date

),

customers as (

    select
        as_of_date,
        sum(net_revenue) as net_revenue
    from {{ ref('int_customers_as_of') }}
    group by as_of_date

)

select
    as_of_dates.as_of_date,
    fact.net_revenue,
    customers.net_revenue as customer_net_revenue
from as_of_dates
left join fact on as_of_dates.as_of_date = fact.as_of_date
left join customers on as_of_dates.as_of_date = customers.as_of_date
where coalesce(fact.net_revenue, 0) <> coalesce(customers.net_revenue, 0)
