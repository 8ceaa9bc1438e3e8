with customers as (

    select * from {{ ref('int_customers_as_of') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        customers.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        -- whoever has ordered has been known since then, whenever a list of customers came
        cast(greatest(
            {{ days_between('coalesce(attributes.created_date, attributes.snapshot_date)', 'customers.as_of_date') }},
            customers.tenure_days
        ) as integer) as known_for_days,
        value_scores.value_score,
        value_scores.net_revenue_rank,
        value_scores.gross_margin_rank,
        value_scores.net_contribution_rank,
        value_scores.share_of_wallet,
        cast(value_scores.revenue_elsewhere as decimal(18, 2)) as revenue_elsewhere,
        value_scores.is_under_contract,
        value_scores.is_integrated,
        value_scores.is_advocate,
        value_scores.is_large_and_unprofitable,
        relationship.value_axis,
        relationship.relationship_axis,
        relationship.computed_class,
        relationship.relationship_class,
        relationship.override_reason,
        relationship.override_owner_role,
        relationship.override_expires_on,
        lifecycle.lifecycle_stage,
        lifecycle.own_gap_days,
        lifecycle.last_gap_days,
        lifecycle.at_risk_after_days,
        lifecycle.churned_after_days,
        lifecycle.revenue_trend,
        behaviour.usage_class,
        behaviour.gap_variation,
        behaviour.window_orders,
        cast(behaviour.mean_order_value as decimal(18, 2)) as mean_order_value,
        behaviour.mean_order_lines,
        behaviour.promotion_order_share,
        behaviour.promotion_index,
        behaviour.promotion_response,
        behaviour.main_channel,
        behaviour.main_channel_share,
        behaviour.channel_count,
        behaviour.category_count,
        behaviour.category_concentration,
        behaviour.category_entropy,
        behaviour.brand_count,
        behaviour.brand_concentration,
        behaviour.brand_entropy,
        behaviour.return_share,
        demographics.customer_type,
        demographics.age_band,
        demographics.income_band,
        demographics.education,
        demographics.occupation,
        demographics.household_band,
        demographics.commute_band,
        demographics.industry,
        demographics.size_band,
        demographics.ownership,
        preferences.answer_count,
        preferences.preference_segment,
        preferences.preference_weight,
        geography.country,
        geography.region,
        geography.postal_area,
        geography.delivery_zone,
        geography.serving_warehouse_id,
        cast(geography.serving_distance_km as double) as serving_distance_km,
        geography.nearest_warehouse_id,
        cast(geography.nearest_distance_km as double) as nearest_distance_km,
        geography.market_cluster,
        needs.requested_lead_days,
        needs.promised_lead_days,
        needs.delivered_lead_days,
        needs.wanted_weekday,
        needs.customised_line_share,
        needs.gap_to_request_days,
        needs.later_than_wanted_share,
        needs.on_time_share,
        needs.in_full_share,
        priority.value_rank as priority_value_rank,
        priority.strategic_importance_rank,
        priority.service_need_rank,
        priority.growth_rank,
        priority.churn_risk_rank,
        priority.known_weight as priority_known_weight,
        priority.priority_score,
        cast(priority.priority_rank as bigint) as priority_rank,
        tiers.service_tier,
        tiers.lead_time_days,
        cast(tiers.fill_rate_target as double) as fill_rate_target,
        tiers.order_cutoff,
        tiers.transport_modes,
        tiers.allocation_rank,
        tiers.support_channel,
        cast(tiers.promise_cost as decimal(18, 2)) as promise_cost,
        tiers.is_promise_too_dear
    from customers
    inner join {{ ref('int_customers') }} as identities
        on customers.source_code = identities.source_code and customers.customer_key = identities.customer_key
    {% for alias, model in {
        'value_scores': 'customer_value',
        'relationship': 'customer_relationship',
        'lifecycle': 'customer_lifecycle',
        'behaviour': 'customer_behaviour',
        'demographics': 'customer_demographics',
        'preferences': 'customer_preferences',
        'geography': 'customer_geography',
        'needs': 'customer_needs',
        'priority': 'customer_priority',
        'tiers': 'customer_service_tier',
        'attributes': 'int_customer_attributes_as_of'
    }.items() -%}
    left join {{ ref(model) }} as {{ alias }}
        on
            customers.as_of_date = {{ alias }}.as_of_date
            and customers.source_code = {{ alias }}.source_code
            and customers.customer_key = {{ alias }}.customer_key
    {% endfor %}
)

select * from final
