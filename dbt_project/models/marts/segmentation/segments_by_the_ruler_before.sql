{#- "The ruler" is whatever a segment is measured by that other customers or the policy can move. -#}
with dates as (

    select
        as_of_date,
        date_before
    from {{ ref('history_steps') }}
    where is_due

),

segments as (

    select * from {{ ref('customer_segments_as_of') }}

),

cut_points as (

    {{ cut_points_by_measure(ref('rfm_cut_points_as_of')) }}

),

customers_now as (

    select
        dates.date_before,
        segments.*
    from segments
    inner join dates on segments.as_of_date = dates.as_of_date

),

customers_before as (

    select
        dates.as_of_date as date_after,
        segments.*
    from segments
    inner join dates on segments.as_of_date = dates.date_before

),

by_old_cut_points as (

    select
        customers.as_of_date,
        customers.date_before,
        customers.source_code,
        customers.customer_key,
        customers.tenure_days,
        {{ rfm_scores('customers') }}
    from customers_now as customers
    inner join cut_points as recency
        on customers.date_before = recency.as_of_date and recency.measure = 'recency'
    inner join cut_points as frequency
        on customers.date_before = frequency.as_of_date and frequency.measure = 'frequency'
    inner join cut_points as monetary
        on customers.date_before = monetary.as_of_date and monetary.measure = 'monetary'
    where customers.rfm_segment is not null

),

rfm as (

    select
        scores.as_of_date,
        scores.source_code,
        scores.customer_key,
        case
            when codes.first_order_within_days is null then codes.segment
            when scores.tenure_days <= codes.first_order_within_days then codes.segment
            else codes.otherwise_segment
        end as segment
    from by_old_cut_points as scores
    inner join {{ ref('rfm_code_segments') }} as codes
        on
            scores.date_before = codes.as_of_date
            and scores.r_score = codes.r_score
            and scores.f_score = codes.f_score
            and scores.m_score = codes.m_score

),

-- what every customer was measured by then: the smallest amount of each class, the splits, the share of all orders on promotion
limits as (

    select
        date_after as as_of_date,
        min(case when abc_revenue = 'A' then net_revenue end) as revenue_a,
        min(case when abc_revenue in ('A', 'B') then net_revenue end) as revenue_b,
        min(case when abc_profit = 'A' then net_contribution end) as profit_a,
        min(case when abc_profit in ('A', 'B') then net_contribution end) as profit_b,
        max(price_split) as price_split,
        max(cost_split) as cost_split,
        max(promotion_share_of_all) as promotion_share_of_all
    from customers_before
    group by date_after

),

usage_limits as (

    select
        date_after as as_of_date,
        usage_class,
        min(net_revenue) as least_revenue,
        row_number() over (partition by date_after order by min(net_revenue), usage_class) as place
    from customers_before
    where usage_class <> 'none'
    group by date_after, usage_class

),

-- the highest class whose smallest revenue the customer has; the lowest one has room below
usage_places as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        max(usage_limits.place) as place
    from customers_now as customers
    inner join usage_limits
        on
            customers.as_of_date = usage_limits.as_of_date
            and (customers.net_revenue >= usage_limits.least_revenue or usage_limits.place = 1)
    where customers.usage_class <> 'none'
    group by customers.as_of_date, customers.source_code, customers.customer_key

),

usage as (

    select
        usage_places.as_of_date,
        usage_places.source_code,
        usage_places.customer_key,
        usage_limits.usage_class
    from usage_places
    inner join usage_limits
        on usage_places.as_of_date = usage_limits.as_of_date and usage_places.place = usage_limits.place

),

promotion as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        responses.promotion_response
    from customers_now as customers
    inner join limits on customers.as_of_date = limits.as_of_date
    inner join {{ ref('stg_policy__promotion_responses') }} as responses
        on {{ promotion_response_holds(
            'responses', 'customers.promotion_order_share / nullif(limits.promotion_share_of_all, 0)', 'customers.date_before'
        ) }}

),

-- a region's place among all regions is the same for all its customers
markets as (

    select
        date_after as as_of_date,
        market_region,
        max(market_cluster) as market_cluster
    from customers_before
    where market_region is not null
    group by date_after, market_region

),

compared as (

    select
        customers_now.*,
        customers_before.lifecycle_stage as lifecycle_stage_before,
        customers_before.relationship_class as relationship_class_before,
        customers_before.service_tier as service_tier_before,
        customers_before.at_risk_after_days as at_risk_after_days_before,
        customers_before.churned_after_days as churned_after_days_before,
        -- the gap between orders is the customer's, and grew together with the calendar
        customers_now.recency_days
        = customers_before.recency_days + {{ days_between('customers_now.date_before', 'customers_now.as_of_date') }}
            as is_silent_since,
        -- nothing of what the customer is ranked by has changed
        case
            when customers_now.net_revenue <> customers_before.net_revenue then false
            when coalesce(customers_now.frequency, -1) <> coalesce(customers_before.frequency, -1) then false
            when customers_now.net_contribution <> customers_before.net_contribution then false
            else (customers_now.net_contribution is null) = (customers_before.net_contribution is null)
        end as is_unchanged
    from customers_now
    inner join customers_before
        on
            customers_now.as_of_date = customers_before.date_after
            and customers_now.source_code = customers_before.source_code
            and customers_now.customer_key = customers_before.customer_key

),

final as (

    select
        compared.as_of_date,
        compared.source_code,
        compared.customer_key,
        rfm.segment as rfm_segment,
        {%- for dimension, amount, limit in [
            ('abc_revenue', 'net_revenue', 'revenue'), ('abc_profit', 'net_contribution', 'profit')
        ] %}
        case
            when compared.{{ amount }} <= 0 then 'D'
            when compared.{{ amount }} >= limits.{{ limit }}_a then 'A'
            when compared.{{ amount }} >= limits.{{ limit }}_b then 'B'
            when compared.{{ amount }} > 0 then 'C'
        end as {{ dimension }},
        {%- endfor %}
        -- these go by what is told of the customer alone: the policy's cuts and bands do not move with the others
        compared.xyz_class,
        compared.demographic_segment,
        compared.preference_segment,
        usage.usage_class,
        promotion.promotion_response,
        markets.market_cluster,
        {{ profit_quadrant(
            'compared.net_price_realisation', 'compared.cost_to_serve_share', 'limits.price_split', 'limits.cost_split'
        ) }} as profit_quadrant,
        compared.behaviour_cluster_by_fit_before as behaviour_cluster,
        -- who ordered nothing since can only be moved by time and by the gaps of the others
        case
            when not coalesce(compared.is_silent_since, false) then compared.lifecycle_stage
            when
                compared.lifecycle_stage not in ('at_risk', 'churned')
                and compared.lifecycle_stage_before not in ('at_risk', 'churned')
                then compared.lifecycle_stage
            when compared.recency_days > compared.churned_after_days_before then 'churned'
            when compared.recency_days > compared.at_risk_after_days_before then 'at_risk'
            else compared.lifecycle_stage_before
        end as lifecycle_stage,
        case
            when compared.is_unchanged then compared.relationship_class_before else compared.relationship_class
        end as relationship_class,
        case when compared.is_unchanged then compared.service_tier_before else compared.service_tier end as service_tier
    from compared
    {% for segments in ['rfm', 'usage', 'promotion'] -%}
    left join {{ segments }}
        on
            compared.as_of_date = {{ segments }}.as_of_date
            and compared.source_code = {{ segments }}.source_code
            and compared.customer_key = {{ segments }}.customer_key
    {% endfor -%}
    left join limits on compared.as_of_date = limits.as_of_date
    left join markets
        on compared.as_of_date = markets.as_of_date and compared.market_region = markets.market_region

)

select * from final
