with costs as (

    select * from {{ ref('fct_activity_costs') }}
    where customer_key is not null

),

as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

final as (

    select
        as_of_dates.as_of_date,
        costs.source_code,
        costs.customer_key,
        costs.activity,
        cast(sum(costs.driver_units) as bigint) as driver_units,
        cast(sum(costs.minutes) as decimal(18, 4)) as minutes,
        cast(sum(costs.cost) as decimal(18, 4)) as cost,
        cast(sum(costs.cost) as decimal(18, 8)) as exact_cost,
        -- one estimated part makes the sum an estimate
        max(costs.basis) as basis
    from costs
    inner join as_of_dates
        on costs.cost_date <= as_of_dates.as_of_date and costs.cost_date > as_of_dates.window_start_date
    -- work for somebody who is not known yet is nobody's
    inner join {{ ref('int_customers_as_of') }} as customers
        on
            as_of_dates.as_of_date = customers.as_of_date
            and costs.source_code = customers.source_code
            and costs.customer_key = customers.customer_key
    group by as_of_dates.as_of_date, costs.source_code, costs.customer_key, costs.activity

)

select * from final
