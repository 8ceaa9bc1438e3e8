{#- "The ruler" is whatever a segment is measured by that other customers or the policy can move. -#}
with dates as (

    select
        as_of_date,
        date_before
    from {{ ref('history_dates') }}
    where date_before is not null

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

-- the smallest amount of each class then
abc_limits as (

    select
        date_after as as_of_date,
        min(case when abc_revenue = 'A' then net_revenue end) as revenue_a,
        min(case when abc_revenue in ('A', 'B') then net_revenue end) as revenue_b,
        min(case when abc_profit = 'A' then net_contribution end) as profit_a,
        min(case when abc_profit in ('A', 'B') then net_contribution end) as profit_b
    from customers_before
    group by date_after

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
        -- its cuts are the policy's and do not move with the customers
        compared.xyz_class,
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
    left join rfm
        on
            compared.as_of_date = rfm.as_of_date
            and compared.source_code = rfm.source_code
            and compared.customer_key = rfm.customer_key
    left join abc_limits as limits on compared.as_of_date = limits.as_of_date

)

select * from final
