-- A returned row is a dimension whose segments do not add up, per activity and to the cent, to the costs of the events of the
-- window. The category shares an order's costs out by its lines, so its parts end in the eighth decimal; a customer's cost by
-- activity is rounded to four decimals once, so their sum may differ by half a unit each.
with events as (

    select
        as_of_dates.as_of_date,
        costs.activity,
        sum(costs.cost) as cost
    from {{ ref('fct_activity_costs') }} as costs
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on costs.cost_date <= as_of_dates.as_of_date and costs.cost_date > as_of_dates.window_start_date
    group by as_of_dates.as_of_date, costs.activity

),

unassigned as (

    select
        as_of_date,
        activity,
        sum(case when segment = 'unassigned' then cost else 0 end) as cost
    from {{ ref('cost_to_serve_rollup') }}
    where dimension = 'parent'
    group by as_of_date, activity

),

customers as (

    select
        as_of_date,
        activity,
        sum(cost) as cost,
        count(*) as customers
    from {{ ref('customer_activity_costs') }}
    group by as_of_date, activity

),

rollups as (

    select
        as_of_date,
        dimension,
        activity,
        sum(cost) as cost,
        0 as rounded_rows
    from {{ ref('cost_to_serve_rollup') }}
    group by as_of_date, dimension, activity
    union all
    -- the customers, and beside them those whom nobody knows
    select
        unassigned.as_of_date,
        'customer' as dimension,
        unassigned.activity,
        unassigned.cost + coalesce(customers.cost, 0) as cost,
        coalesce(customers.customers, 0) as rounded_rows
    from unassigned
    left join customers
        on unassigned.as_of_date = customers.as_of_date and unassigned.activity = customers.activity

),

dimensions as (

    select distinct dimension from rollups

)

select
    events.as_of_date,
    dimensions.dimension,
    events.activity,
    events.cost as cost_of_events,
    rollups.cost as cost_of_segments
from events
cross join dimensions
left join rollups
    on
        events.as_of_date = rollups.as_of_date
        and events.activity = rollups.activity
        and dimensions.dimension = rollups.dimension
where rollups.cost is null or abs(events.cost - rollups.cost) >= 0.005 + 0.00005 * rollups.rounded_rows
