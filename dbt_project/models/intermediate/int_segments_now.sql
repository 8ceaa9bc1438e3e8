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
        behaviour.promotion_order_share,
        behaviour.promotion_share_of_all,
        quadrants.net_price_realisation,
        quadrants.cost_to_serve_share,
        quadrants.price_split,
        quadrants.cost_split,
        geography.country || '/' || geography.region as market_region,
        clusters.behaviour_cluster_by_fit_before,
        rfm.rfm_segment,
        abc.abc_revenue,
        abc.abc_profit,
        xyz.xyz_class,
        lifecycle.lifecycle_stage,
        relationship.relationship_class,
        behaviour.usage_class,
        behaviour.promotion_response,
        demographics.demographic_segment,
        preferences.preference_segment,
        geography.market_cluster,
        tiers.service_tier,
        quadrants.profit_quadrant,
        clusters.behaviour_cluster
    from customers
    inner join {{ ref('int_as_of_dates') }} as as_of_dates on customers.as_of_date = as_of_dates.as_of_date
    cross join {{ ref('stg_control__refresh') }} as refresh
    cross join {{ ref('int_refresh_plan') }} as plan
    inner join {{ ref('customer_profitability') }} as profitability
        on
            customers.as_of_date = profitability.as_of_date
            and customers.source_code = profitability.source_code
            and customers.customer_key = profitability.customer_key
    {% for alias, model in {
        'rfm': 'customer_rfm',
        'abc': 'customer_abc',
        'xyz': 'customer_xyz',
        'lifecycle': 'customer_lifecycle',
        'relationship': 'customer_relationship',
        'behaviour': 'customer_behaviour',
        'demographics': 'customer_demographics',
        'preferences': 'customer_preferences',
        'geography': 'customer_geography',
        'tiers': 'customer_service_tier',
        'quadrants': 'customer_profit_quadrants',
        'clusters': 'customer_clusters'
    }.items() -%}
    left join {{ ref(model) }} as {{ alias }}
        on
            customers.as_of_date = {{ alias }}.as_of_date
            and customers.source_code = {{ alias }}.source_code
            and customers.customer_key = {{ alias }}.customer_key
    {% endfor %}
)

select * from final
