with customers as (

    select * from {{ ref('int_customers_as_of') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        customers.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        identities.source,
        identities.source_customer_id,
        attributes.customer_type,
        customers.ship_to_country as country,
        geography.region,
        case
            when attributes.parent_customer_key is not null then parents.source || ':' || parents.source_customer_id
        end as parent_customer_id,
        customers.is_scored,
        customers.first_order_date,
        customers.last_order_date,
        cast(customers.tenure_days as integer) as tenure_days,
        customers.order_count,
        customers.order_days,
        cast(customers.recency_days as integer) as recency_days,
        rfm.frequency,
        cast(rfm.monetary as decimal(18, 2)) as monetary,
        rfm.r_score,
        rfm.f_score,
        rfm.m_score,
        rfm.rfm_code,
        rfm.rfm_segment,
        cast(profitability.net_revenue as decimal(18, 2)) as net_revenue,
        cast(profitability.gross_margin as decimal(18, 2)) as gross_margin,
        cast(profitability.cost_to_serve as decimal(18, 2)) as cost_to_serve,
        cast(profitability.net_contribution as decimal(18, 2)) as net_contribution,
        profitability.cost_basis,
        abc.abc_revenue,
        abc.abc_profit,
        xyz.xyz_class,
        lifecycle.lifecycle_stage,
        lifecycle.classic_stage,
        relationship.relationship_class,
        behaviour.usage_class,
        behaviour.promotion_response,
        demographics.demographic_segment,
        preferences.preference_segment,
        geography.market_cluster,
        value_scores.value_score,
        priority.priority_score,
        cast(priority.priority_rank as bigint) as priority_rank,
        tiers.service_tier,
        reasons.segment_reason,
        quadrants.profit_quadrant,
        clusters.behaviour_cluster
    from customers
    inner join {{ ref('int_customers') }} as identities
        on customers.source_code = identities.source_code and customers.customer_key = identities.customer_key
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
    left join {{ ref('int_customer_attributes_as_of') }} as attributes
        on
            customers.as_of_date = attributes.as_of_date
            and customers.source_code = attributes.source_code
            and customers.customer_key = attributes.customer_key
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
    left join {{ ref('customer_behaviour') }} as behaviour
        on
            customers.as_of_date = behaviour.as_of_date
            and customers.source_code = behaviour.source_code
            and customers.customer_key = behaviour.customer_key
    left join {{ ref('customer_clusters') }} as clusters
        on
            customers.as_of_date = clusters.as_of_date
            and customers.source_code = clusters.source_code
            and customers.customer_key = clusters.customer_key
    left join {{ ref('customer_demographics') }} as demographics
        on
            customers.as_of_date = demographics.as_of_date
            and customers.source_code = demographics.source_code
            and customers.customer_key = demographics.customer_key
    left join {{ ref('customer_preferences') }} as preferences
        on
            customers.as_of_date = preferences.as_of_date
            and customers.source_code = preferences.source_code
            and customers.customer_key = preferences.customer_key
    left join {{ ref('customer_geography') }} as geography
        on
            customers.as_of_date = geography.as_of_date
            and customers.source_code = geography.source_code
            and customers.customer_key = geography.customer_key
    left join {{ ref('customer_value') }} as value_scores
        on
            customers.as_of_date = value_scores.as_of_date
            and customers.source_code = value_scores.source_code
            and customers.customer_key = value_scores.customer_key
    left join {{ ref('customer_priority') }} as priority
        on
            customers.as_of_date = priority.as_of_date
            and customers.source_code = priority.source_code
            and customers.customer_key = priority.customer_key
    left join {{ ref('customer_service_tier') }} as tiers
        on
            customers.as_of_date = tiers.as_of_date
            and customers.source_code = tiers.source_code
            and customers.customer_key = tiers.customer_key
    left join {{ ref('customer_reasons') }} as reasons
        on
            customers.as_of_date = reasons.as_of_date
            and customers.source_code = reasons.source_code
            and customers.customer_key = reasons.customer_key
    left join {{ ref('int_customers') }} as parents
        on attributes.source_code = parents.source_code and attributes.parent_customer_key = parents.customer_key
    left join {{ ref('customer_profit_quadrants') }} as quadrants
        on
            customers.as_of_date = quadrants.as_of_date
            and customers.source_code = quadrants.source_code
            and customers.customer_key = quadrants.customer_key

)

select * from final
