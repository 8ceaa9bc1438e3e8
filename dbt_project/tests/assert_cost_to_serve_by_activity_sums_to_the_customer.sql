-- A returned row is a customer whose published costs by activity do not add up to the published cost to serve.
with by_activity as (

    select
        customer_id,
        cast(sum(cost) as decimal(18, 2)) as cost_to_serve
    from {{ ref('customer_cost_to_serve') }}
    group by customer_id

)

select
    coalesce(customers.customer_id, by_activity.customer_id) as customer_id,
    customers.cost_to_serve,
    by_activity.cost_to_serve as cost_by_activity
from {{ ref('customer_segments') }} as customers
full outer join by_activity on customers.customer_id = by_activity.customer_id
where coalesce(customers.cost_to_serve, -1) <> coalesce(by_activity.cost_to_serve, 0)
