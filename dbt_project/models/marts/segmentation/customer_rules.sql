{#- One rule that decided, per row: what was measured, the limit it was held against, and what came of it. Of the newest date
    only: nobody reads those of past dates, and they are the longest of all tables. -#}

with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

customers as (

    select * from {{ ref('int_customers_as_of') }}

),

parameters as (

    {{ parameters_as_of(['high_value_rank', 'high_relationship_rank']) }}

),

rfm as (

    select
        as_of_date,
        source_code,
        customer_key,
        r_score,
        f_score,
        m_score
    from {{ ref('customer_rfm') }}
    where as_of_date in (select as_of_date from newest)

),

rfm_rules as (

    {% for measure, score, measured in [
        ('recency', 'r_score', 'recency_days'), ('frequency', 'f_score', 'frequency'), ('monetary', 'm_score', 'monetary')
    ] -%}
    select
        rfm.as_of_date,
        rfm.source_code,
        rfm.customer_key,
        'rfm_segment' as dimension,
        '{{ measure }}' as rule,
        cast(rfm_values.{{ measured }} as double) as measured,
        -- the cut point that stands between the customer and the next better score
        cast(min(
            case
                when '{{ measure }}' = 'recency' and cut_points.cut_value < rfm_values.{{ measured }}
                    then -cut_points.cut_value
                when '{{ measure }}' <> 'recency' and cut_points.cut_value >= rfm_values.{{ measured }}
                    then cut_points.cut_value
            end
        ) * {{ -1 if measure == 'recency' else 1 }} as double) as limit_value,
        cast(max(rfm.{{ score }}) as string) as outcome
    from rfm
    inner join {{ ref('customer_rfm_values') }} as rfm_values
        on
            rfm.as_of_date = rfm_values.as_of_date
            and rfm.source_code = rfm_values.source_code
            and rfm.customer_key = rfm_values.customer_key
    inner join {{ ref('rfm_cut_points') }} as cut_points
        on rfm.as_of_date = cut_points.as_of_date and cut_points.measure = '{{ measure }}'
    group by rfm.as_of_date, rfm.source_code, rfm.customer_key, rfm_values.{{ measured }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- the least amount that is still in the class of the customer; class D is what is not above 0
abc_rules as (
    {% for dimension, amount in {'abc_revenue': 'net_revenue', 'abc_profit': 'net_contribution'}.items() %}
    select
        abc.as_of_date,
        abc.source_code,
        abc.customer_key,
        '{{ dimension }}' as dimension,
        '{{ amount | replace("_", " ") }}' as rule,
        cast(profitability.{{ amount }} as double) as measured,
        case
            when abc.{{ dimension }} = 'D' then 0
            else cast(min(profitability.{{ amount }}) over (partition by abc.as_of_date, abc.{{ dimension }}) as double)
        end as limit_value,
        abc.{{ dimension }} as outcome
    from {{ ref('customer_abc') }} as abc
    inner join {{ ref('customer_profitability') }} as profitability
        on
            abc.as_of_date = profitability.as_of_date
            and abc.source_code = profitability.source_code
            and abc.customer_key = profitability.customer_key
    where
        abc.as_of_date in (select as_of_date from newest)
        and abc.{{ dimension }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- the variation at which the next class begins; hysteresis may keep the customer past it
xyz_rules as (

    select
        xyz.as_of_date,
        xyz.source_code,
        xyz.customer_key,
        'xyz_class' as dimension,
        'revenue variation' as rule,
        xyz.revenue_variation as measured,
        cast(next_class.variation_from as double) as limit_value,
        xyz.xyz_class as outcome
    from {{ ref('customer_xyz') }} as xyz
    inner join {{ ref('stg_policy__xyz_classes') }} as class
        on xyz.xyz_class = class.xyz_class and {{ valid_on('class', 'xyz.as_of_date') }}
    left join {{ ref('stg_policy__xyz_classes') }} as next_class
        on class.class_number + 1 = next_class.class_number and {{ valid_on('next_class', 'xyz.as_of_date') }}
    where xyz.as_of_date in (select as_of_date from newest)

),

other_rules as (

    select
        lifecycle.as_of_date,
        lifecycle.source_code,
        lifecycle.customer_key,
        'lifecycle_stage' as dimension,
        'silence' as rule,
        cast(customers.recency_days as double) as measured,
        case when lifecycle.lifecycle_stage = 'churned' then lifecycle.churned_after_days else lifecycle.at_risk_after_days end
            as limit_value,
        lifecycle.lifecycle_stage as outcome
    from {{ ref('customer_lifecycle') }} as lifecycle
    inner join customers
        on
            lifecycle.as_of_date = customers.as_of_date
            and lifecycle.source_code = customers.source_code
            and lifecycle.customer_key = customers.customer_key
    where lifecycle.as_of_date in (select as_of_date from newest)

    union all

    select
        lifecycle.as_of_date,
        lifecycle.source_code,
        lifecycle.customer_key,
        'lifecycle_stage' as dimension,
        'revenue trend' as rule,
        cast(lifecycle.recent_net_revenue as double) as measured,
        cast(lifecycle.previous_net_revenue as double) as limit_value,
        lifecycle.lifecycle_stage as outcome
    from {{ ref('customer_lifecycle') }} as lifecycle
    where
        lifecycle.as_of_date in (select as_of_date from newest)
        and lifecycle.lifecycle_stage in ('loyal', 'growing', 'retained')

    union all

    {% for axis, limit in {'value': 'high_value_rank', 'relationship': 'high_relationship_rank'}.items() -%}
    select
        relationship.as_of_date,
        relationship.source_code,
        relationship.customer_key,
        'relationship_class' as dimension,
        '{{ axis }} axis' as rule,
        relationship.{{ axis }}_axis as measured,
        cast(parameters.{{ limit }} as double) as limit_value,
        case
            when relationship.override_reason is not null then relationship.relationship_class || ' by override'
            else relationship.relationship_class
        end as outcome
    from {{ ref('customer_relationship') }} as relationship
    inner join parameters on relationship.as_of_date = parameters.as_of_date
    where relationship.as_of_date in (select as_of_date from newest)

    union all

    {% endfor -%}
    select
        tiers.as_of_date,
        tiers.source_code,
        tiers.customer_key,
        'service_tier' as dimension,
        'priority score' as rule,
        priority.priority_score as measured,
        cast(policy.least_priority_score as double) as limit_value,
        tiers.service_tier as outcome
    from {{ ref('customer_service_tier') }} as tiers
    left join {{ ref('customer_priority') }} as priority
        on
            tiers.as_of_date = priority.as_of_date
            and tiers.source_code = priority.source_code
            and tiers.customer_key = priority.customer_key
    left join {{ ref('stg_policy__service_tiers') }} as policy
        on tiers.tier_number = policy.tier_number and {{ valid_on('policy', 'tiers.as_of_date') }}
    where tiers.as_of_date in (select as_of_date from newest)

    union all

    select
        tiers.as_of_date,
        tiers.source_code,
        tiers.customer_key,
        'service_tier' as dimension,
        'cost of the promise' as rule,
        cast(tiers.promise_cost as double) as measured,
        cast(tiers.net_contribution as double) as limit_value,
        case when tiers.is_promise_too_dear then 'costs more than the customer brings' else 'carried by the customer' end
            as outcome
    from {{ ref('customer_service_tier') }} as tiers
    where
        tiers.as_of_date in (select as_of_date from newest)
        and tiers.is_promise_too_dear is not null
        and tiers.promise_cost > 0

),

final as (

    select * from rfm_rules
    union all
    select * from abc_rules
    union all
    select * from xyz_rules
    union all
    select * from other_rules

)

select * from final
