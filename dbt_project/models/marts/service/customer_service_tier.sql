with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

described as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.window_order_count,
        relationship.relationship_class,
        abc.abc_profit,
        priority.priority_score,
        profitability.net_contribution
    from customers
    left join {{ ref('customer_relationship') }} as relationship
        on
            customers.as_of_date = relationship.as_of_date
            and customers.source_code = relationship.source_code
            and customers.customer_key = relationship.customer_key
    left join {{ ref('customer_abc') }} as abc
        on
            customers.as_of_date = abc.as_of_date
            and customers.source_code = abc.source_code
            and customers.customer_key = abc.customer_key
    left join {{ ref('customer_priority') }} as priority
        on
            customers.as_of_date = priority.as_of_date
            and customers.source_code = priority.source_code
            and customers.customer_key = priority.customer_key
    left join {{ ref('customer_profitability') }} as profitability
        on
            customers.as_of_date = profitability.as_of_date
            and customers.source_code = profitability.source_code
            and customers.customer_key = profitability.customer_key

),

matched as (

    select
        described.*,
        tiers.tier_number,
        tiers.service_tier,
        tiers.lead_time_days,
        tiers.fill_rate_target,
        tiers.order_cutoff,
        tiers.transport_modes,
        tiers.allocation_rank,
        tiers.support_channel,
        tiers.cost_per_order,
        -- the key of the tiers within a version: a total order
        row_number() over (
            partition by described.as_of_date, described.source_code, described.customer_key order by tiers.tier_number
        ) as place
    from described
    inner join {{ ref('stg_policy__service_tiers') }} as tiers
        on
            (tiers.relationship_class is null or described.relationship_class = tiers.relationship_class)
            and (tiers.abc_profit is null or described.abc_profit = tiers.abc_profit)
            and (tiers.least_priority_score is null or described.priority_score >= tiers.least_priority_score)
            and {{ valid_on('tiers', 'described.as_of_date') }}

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        tier_number,
        service_tier,
        lead_time_days,
        fill_rate_target,
        order_cutoff,
        transport_modes,
        allocation_rank,
        support_channel,
        cast(window_order_count * cost_per_order as decimal(18, 4)) as promise_cost,
        net_contribution,
        -- the promise costs more than the customer brings
        case
            when net_contribution is null then null
            else window_order_count * cost_per_order > greatest(net_contribution, 0)
        end as is_promise_too_dear
    from matched
    where place = 1

)

select * from final
