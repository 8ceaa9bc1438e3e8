with customers as (

    select
        profitability.as_of_date,
        profitability.source_code,
        profitability.customer_key,
        profitability.net_revenue,
        profitability.gross_margin,
        profitability.net_contribution,
        abc.abc_revenue = 'A' and abc.abc_profit = 'D' as is_loss_making
    from {{ ref('customer_profitability') }} as profitability
    inner join {{ ref('customer_abc') }} as abc
        on
            profitability.as_of_date = abc.as_of_date
            and profitability.source_code = abc.source_code
            and profitability.customer_key = abc.customer_key

),

activity_costs as (

    select * from {{ ref('customer_activity_costs') }}

),

revenues as (

    select as_of_date, source_code, sum(net_revenue) as net_revenue from customers
    group by as_of_date, source_code

),

-- what a unit of revenue takes of the activity on the average of all customers of the source
usual as (

    select
        activity_costs.as_of_date,
        activity_costs.source_code,
        activity_costs.activity,
        cast(sum(activity_costs.cost) as double) / nullif(cast(max(revenues.net_revenue) as double), 0) as usual_cost_share
    from activity_costs
    inner join revenues
        on activity_costs.as_of_date = revenues.as_of_date and activity_costs.source_code = revenues.source_code
    group by activity_costs.as_of_date, activity_costs.source_code, activity_costs.activity

),

compared as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.net_revenue,
        customers.gross_margin,
        customers.net_contribution,
        activity_costs.activity,
        activity_costs.cost,
        cast(activity_costs.cost as double) / cast(customers.net_revenue as double) as cost_share,
        usual.usual_cost_share,
        {{ decimal_from('activity_costs.cost - usual.usual_cost_share * cast(customers.net_revenue as double)', 4) }}
            as excess_cost
    from customers
    inner join activity_costs
        on
            customers.as_of_date = activity_costs.as_of_date
            and customers.source_code = activity_costs.source_code
            and customers.customer_key = activity_costs.customer_key
    inner join usual
        on
            activity_costs.as_of_date = usual.as_of_date
            and activity_costs.source_code = usual.source_code
            and activity_costs.activity = usual.activity
    where customers.is_loss_making

),

final as (

    select
        *,
        row_number() over (
            partition by as_of_date, source_code, customer_key
            order by excess_cost desc, activity asc
        ) as cause_rank
    from compared

)

select * from final
