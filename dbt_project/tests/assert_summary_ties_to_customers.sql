-- A returned row is a dimension of the summary that does not hold every customer once, with all their revenue and cost.
-- Each segment is rounded to the cent once, so the whole may differ by half a cent per segment and no more.
with totals as (

    select
        count(*) as customers,
        sum(net_revenue) as net_revenue,
        sum(cost_to_serve) as cost_to_serve
    from {{ ref('customer_profitability') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

dimensions as (

    select
        dimension,
        count(*) as segments,
        sum(customers) as customers,
        sum(net_revenue) as net_revenue,
        sum(cost_to_serve) as cost_to_serve,
        sum(customer_share) as customer_share
    from {{ ref('segment_summary') }}
    group by dimension

)

select
    dimensions.dimension,
    dimensions.customers,
    totals.customers as all_customers,
    dimensions.net_revenue,
    totals.net_revenue as all_net_revenue
from dimensions
cross join totals
where
    dimensions.customers <> totals.customers
    or abs(dimensions.net_revenue - totals.net_revenue) > 0.005 * dimensions.segments
    or abs(dimensions.cost_to_serve - totals.cost_to_serve) > 0.005 * dimensions.segments
    or abs(dimensions.customer_share - 1) > 1e-9
