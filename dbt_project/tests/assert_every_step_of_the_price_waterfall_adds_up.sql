-- A returned row is a customer whose steps do not add up to each subtotal, or whose net revenue is not the one by which the
-- customer is scored. Unknown cost of goods is NULL in both.
with steps as (

    select * from {{ ref('customer_price_waterfall') }}

),

subtotals as (

    select
        subtotal.as_of_date,
        subtotal.source_code,
        subtotal.customer_key,
        subtotal.step,
        subtotal.amount,
        sum(steps.amount) as sum_of_steps,
        count(*) - count(steps.amount) as unknown_steps
    from steps as subtotal
    inner join steps
        on
            subtotal.as_of_date = steps.as_of_date
            and subtotal.source_code = steps.source_code
            and subtotal.customer_key = steps.customer_key
            and not steps.is_subtotal
            and subtotal.step_number > steps.step_number
    where subtotal.is_subtotal
    group by
        subtotal.as_of_date,
        subtotal.source_code,
        subtotal.customer_key,
        subtotal.step,
        subtotal.amount

)

select
    as_of_date,
    source_code,
    customer_key,
    step,
    amount,
    sum_of_steps
from subtotals
where case when unknown_steps > 0 then amount is not null else amount is distinct from sum_of_steps end

union all

select
    steps.as_of_date,
    steps.source_code,
    steps.customer_key,
    steps.step,
    steps.amount,
    profitability.net_revenue as sum_of_steps
from steps
inner join {{ ref('customer_profitability') }} as profitability
    on
        steps.as_of_date = profitability.as_of_date
        and steps.source_code = profitability.source_code
        and steps.customer_key = profitability.customer_key
where steps.step = 'net_revenue' and steps.amount is distinct from profitability.net_revenue
