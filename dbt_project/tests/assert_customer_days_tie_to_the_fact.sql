-- A returned row is a day on which the sums by customer and day are not those of the order lines and returns: an incremental
-- refresh left something behind or counted it twice.
with movements as (

    select source_code, order_date, line_outcome, order_key, net_amount from {{ ref('fct_order_lines') }}
    where line_outcome in ('sale', 'return')
    union all
    select source_code, return_date, return_outcome, order_key, return_amount from {{ ref('fct_returns') }}
    where return_outcome = 'return'

),

fact as (

    select
        source_code,
        order_date,
        count(distinct case when line_outcome = 'sale' then order_key end) as sale_order_count,
        count(case when line_outcome = 'sale' then 1 end) as sale_line_count,
        count(case when line_outcome = 'return' then 1 end) as return_line_count,
        sum(net_amount) as net_amount
    from movements
    group by source_code, order_date

),

customer_days as (

    select
        source_code,
        order_date,
        sum(sale_order_count) as sale_order_count,
        sum(sale_line_count) as sale_line_count,
        sum(return_line_count) as return_line_count,
        sum(sale_amount + return_amount) as net_amount
    from {{ ref('int_customer_day') }}
    group by source_code, order_date
    having sum(sale_line_count + return_line_count) > 0

)

select
    coalesce(fact.source_code, customer_days.source_code) as source_code,
    coalesce(fact.order_date, customer_days.order_date) as order_date,
    fact.net_amount,
    customer_days.net_amount as customer_net_amount
from fact
full outer join customer_days
    on fact.source_code = customer_days.source_code and fact.order_date = customer_days.order_date
where
    fact.sale_order_count is distinct from customer_days.sale_order_count
    or fact.sale_line_count is distinct from customer_days.sale_line_count
    or fact.return_line_count is distinct from customer_days.return_line_count
    or fact.net_amount is distinct from customer_days.net_amount
