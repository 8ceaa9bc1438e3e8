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

-- what the goods cost is a cause like any other: a price below cost is no fault of those who serve
costs as (

    select
        as_of_date,
        source_code,
        customer_key,
        activity,
        cost
    from {{ ref('customer_activity_costs') }}
    union all
    select
        as_of_date,
        source_code,
        customer_key,
        'cost_of_goods' as activity,
        cast(net_revenue - gross_margin as decimal(18, 4)) as cost
    from customers
    where gross_margin is not null

),

-- margins are known of some customers of a source only: the usual share of the goods is one of their revenue
revenues as (

    select
        as_of_date,
        source_code,
        sum(net_revenue) as net_revenue,
        sum(case when gross_margin is not null then net_revenue end) as known_revenue
    from customers
    group by as_of_date, source_code

),

costs_of_all as (

    select
        costs.as_of_date,
        costs.source_code,
        costs.activity,
        sum(costs.cost) as cost,
        max(case when costs.activity = 'cost_of_goods' then revenues.known_revenue else revenues.net_revenue end) as net_revenue
    from costs
    inner join revenues
        on costs.as_of_date = revenues.as_of_date and costs.source_code = revenues.source_code
    group by costs.as_of_date, costs.source_code, costs.activity

),

-- what a unit of revenue takes on the average of all customers of the source
usual as (

    select
        as_of_date,
        source_code,
        activity,
        cast(cost as double) / nullif(cast(net_revenue as double), 0) as usual_cost_share
    from costs_of_all

),

compared as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.net_revenue,
        customers.gross_margin,
        customers.net_contribution,
        costs.activity,
        costs.cost,
        cast(costs.cost as double) / cast(customers.net_revenue as double) as cost_share,
        usual.usual_cost_share,
        {{ decimal_from('costs.cost - usual.usual_cost_share * cast(customers.net_revenue as double)', 4) }}
            as excess_cost
    from customers
    inner join costs
        on
            customers.as_of_date = costs.as_of_date
            and customers.source_code = costs.source_code
            and customers.customer_key = costs.customer_key
    inner join usual
        on
            costs.as_of_date = usual.as_of_date
            and costs.source_code = usual.source_code
            and costs.activity = usual.activity
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
