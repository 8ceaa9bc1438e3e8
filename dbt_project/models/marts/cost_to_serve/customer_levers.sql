with customers as (

    select * from {{ ref('customer_profitability') }}
    where net_contribution < 0

),

levers as (

    select * from {{ ref('stg_policy__profit_levers') }}

),

as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

orders as (

    select
        as_of_dates.as_of_date,
        as_of_dates.window_start_date,
        orders.*
    from {{ ref('int_orders_handled') }} as orders
    inner join as_of_dates
        on orders.order_date <= as_of_dates.as_of_date and orders.order_date > as_of_dates.window_start_date
    inner join customers
        on
            as_of_dates.as_of_date = customers.as_of_date
            and orders.source_code = customers.source_code
            and orders.customer_key = customers.customer_key

),

-- what an order costs however large it is
order_costs as (

    select
        source_code,
        order_key,
        sum(cost) as order_cost,
        sum(case when activity = 'order_entry' then cost else 0 end) as entry_cost,
        sum(case when activity = 'order_entry' then minutes else 0 end) as entry_minutes
    from {{ ref('fct_activity_costs') }}
    where
        activity in ('order_entry', 'outbound_freight', 'delivery_stop')
        and (source_code, order_key) in (select source_code, order_key from orders)
    group by source_code, order_key

),

order_levers as (

    select
        orders.as_of_date,
        orders.source_code,
        orders.customer_key,
        levers.lever,
        case
            when levers.lever = 'minimum_order_value'
                then case when orders.invoice_amount < levers.limit_value then order_costs.order_cost else 0 end
            when levers.lever = 'channel_shift' and order_costs.entry_minutes > 0
                then greatest(
                    0,
                    order_costs.entry_cost - {{ quotient('order_costs.entry_cost', 'order_costs.entry_minutes') }}
                    * (
                        coalesce(target.minutes_per_unit, usual.minutes_per_unit)
                        + orders.line_count * coalesce(target.minutes_per_other_unit, usual.minutes_per_other_unit)
                    )
                )
            else 0
        end * levers.effect_share as amount
    from orders
    inner join order_costs
        on orders.source_code = order_costs.source_code and orders.order_key = order_costs.order_key
    inner join levers
        on levers.lever in ('minimum_order_value', 'channel_shift') and {{ valid_on('levers', 'orders.as_of_date') }}
    left join {{ ref('int_unit_times') }} as usual
        on
            usual.activity = 'order_entry'
            and usual.attribute_value = '*'
            and {{ valid_on('usual', 'orders.order_date') }}
    left join {{ ref('int_unit_times') }} as target
        on
            target.activity = 'order_entry'
            and levers.target_channel = target.attribute_value
            and {{ valid_on('target', 'orders.order_date') }}

),

order_counts as (

    select
        orders.as_of_date,
        orders.source_code,
        orders.customer_key,
        {{ days_between('orders.window_start_date', 'orders.as_of_date') }} as window_days,
        count(*) as order_count,
        sum(order_costs.order_cost) as order_cost
    from orders
    inner join order_costs
        on orders.source_code = order_costs.source_code and orders.order_key = order_costs.order_key
    group by orders.as_of_date, orders.window_start_date, orders.source_code, orders.customer_key

),

activity_costs as (

    select
        as_of_date,
        source_code,
        customer_key,
        sum(case when activity in ('outbound_freight', 'expedite', 'delivery_stop') then cost else 0 end) as freight_cost,
        sum(case when activity = 'returns' then cost else 0 end) as returns_cost,
        sum(case when activity = 'sales_visits' then cost else 0 end) as visits_cost
    from {{ ref('customer_activity_costs') }}
    group by as_of_date, source_code, customer_key

),

customer_levers as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        levers.lever,
        levers.effect_share,
        case levers.lever
            when 'order_consolidation'
                then order_counts.order_count - {{ quotient('levers.limit_value * order_counts.window_days', '30') }}
            when 'freight_terms'
                then (1 - levers.limit_value) * activity_costs.freight_cost - customers.freight_charged
            when 'return_policy'
                then 1 - {{ quotient(
                    'levers.limit_value * ' ~ factor('customers.invoice_amount'), 'nullif(-customers.return_amount, 0)'
                ) }}
            when 'price' then -customers.discount_amount - levers.limit_value * {{ factor('customers.list_amount') }}
            when 'visit_frequency'
                then activity_costs.visits_cost - levers.limit_value * {{ factor('greatest(customers.net_revenue, 0)') }}
        end as beyond_limit,
        case levers.lever
            when 'order_consolidation' then {{ quotient('order_counts.order_cost', 'order_counts.order_count') }}
            when 'return_policy' then activity_costs.returns_cost
            else 1
        end as cost_of_one
    from customers
    inner join levers
        on
            levers.lever in ('order_consolidation', 'freight_terms', 'return_policy', 'price', 'visit_frequency')
            and {{ valid_on('levers', 'customers.as_of_date') }}
    left join activity_costs
        on
            customers.as_of_date = activity_costs.as_of_date
            and customers.source_code = activity_costs.source_code
            and customers.customer_key = activity_costs.customer_key
    left join order_counts
        on
            customers.as_of_date = order_counts.as_of_date
            and customers.source_code = order_counts.source_code
            and customers.customer_key = order_counts.customer_key

),

amounts as (

    select
        as_of_date,
        source_code,
        customer_key,
        lever,
        {{ decimal_from('effect_share * greatest(0, beyond_limit) * cost_of_one', 4) }} as amount
    from customer_levers
    where beyond_limit is not null
    union all
    select as_of_date, source_code, customer_key, lever, cast(sum(amount) as decimal(18, 4)) as amount
    from order_levers
    group by as_of_date, source_code, customer_key, lever

),

final as (

    select
        amounts.as_of_date,
        amounts.source_code,
        amounts.customer_key,
        row_number() over (
            partition by amounts.as_of_date, amounts.source_code, amounts.customer_key
            order by amounts.amount desc, amounts.lever asc
        ) as lever_rank,
        amounts.lever,
        amounts.amount,
        customers.net_contribution
    from amounts
    inner join customers
        on
            amounts.as_of_date = customers.as_of_date
            and amounts.source_code = customers.source_code
            and amounts.customer_key = customers.customer_key
    where amounts.amount > 0

)

select * from final
