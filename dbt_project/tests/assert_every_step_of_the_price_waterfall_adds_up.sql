-- A returned row is a customer whose steps do not add up to the net contribution; where one of them is unknown, so is that. The
-- subtotals on the way are those of customer_profitability, where a test holds them to each other.
with customers as (

    select
        as_of_date,
        source_code,
        customer_key,
        sum(case when not is_subtotal then amount end) as sum_of_steps,
        sum(case when amount is null then 1 else 0 end) as unknown_steps,
        max(case when step = 'net_contribution' then amount end) as net_contribution
    from {{ ref('customer_price_waterfall') }}
    group by as_of_date, source_code, customer_key

)

select * from customers
where case when unknown_steps > 0 then net_contribution is not null else net_contribution is distinct from sum_of_steps end
