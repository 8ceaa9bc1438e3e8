with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

final as (

    select
        customers.as_of_date,
        as_of_dates.date_role,
        refresh.policy_version,
        plan.plan_id as refresh_id,
        customers.source_code,
        customers.customer_key,
        customers.tenure_days,
        rfm.recency_days,
        rfm.frequency,
        cast(rfm.monetary as decimal(18, 4)) as monetary,
        profitability.net_revenue,
        profitability.net_contribution,
        lifecycle.at_risk_after_days,
        lifecycle.churned_after_days,
        rfm.rfm_segment,
        abc.abc_revenue,
        abc.abc_profit,
        xyz.xyz_class,
        lifecycle.lifecycle_stage,
        relationship.relationship_class,
        tiers.service_tier
    from customers
    inner join {{ ref('int_as_of_dates') }} as as_of_dates on customers.as_of_date = as_of_dates.as_of_date
    cross join {{ ref('stg_control__refresh') }} as refresh
    cross join {{ ref('int_refresh_plan') }} as plan
    inner join {{ ref('customer_profitability') }} as profitability
        on
            customers.as_of_date = profitability.as_of_date
            and customers.source_code = profitability.source_code
            and customers.customer_key = profitability.customer_key
    left join {{ ref('customer_rfm') }} as rfm
        on
            customers.as_of_date = rfm.as_of_date
            and customers.source_code = rfm.source_code
            and customers.customer_key = rfm.customer_key
    left join {{ ref('customer_abc') }} as abc
        on
            customers.as_of_date = abc.as_of_date
            and customers.source_code = abc.source_code
            and customers.customer_key = abc.customer_key
    left join {{ ref('customer_xyz') }} as xyz
        on
            customers.as_of_date = xyz.as_of_date
            and customers.source_code = xyz.source_code
            and customers.customer_key = xyz.customer_key
    left join {{ ref('customer_lifecycle') }} as lifecycle
        on
            customers.as_of_date = lifecycle.as_of_date
            and customers.source_code = lifecycle.source_code
            and customers.customer_key = lifecycle.customer_key
    left join {{ ref('customer_relationship') }} as relationship
        on
            customers.as_of_date = relationship.as_of_date
            and customers.source_code = relationship.source_code
            and customers.customer_key = relationship.customer_key
    left join {{ ref('customer_service_tier') }} as tiers
        on
            customers.as_of_date = tiers.as_of_date
            and customers.source_code = tiers.source_code
            and customers.customer_key = tiers.customer_key

)

select * from final
