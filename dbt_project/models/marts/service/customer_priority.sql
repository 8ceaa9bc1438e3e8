with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

identities as (

    select * from {{ ref('int_customers') }}

),

measures as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        value_scores.value_score as measured_value,
        relationship.value_axis + relationship.relationship_axis as measured_strategic_importance,
        needs.later_than_wanted_share as measured_service_need,
        lifecycle.revenue_trend as measured_growth,
        -- silence as a part of that after which the customer counts as churned; who is past it is no longer to be saved first
        case
            when customers.recency_days <= lifecycle.churned_after_days
                then customers.recency_days / nullif(lifecycle.churned_after_days, 0)
            when lifecycle.churned_after_days is not null then 0
        end as measured_churn_risk
    from customers
    left join {{ ref('customer_value') }} as value_scores
        on
            customers.as_of_date = value_scores.as_of_date
            and customers.source_code = value_scores.source_code
            and customers.customer_key = value_scores.customer_key
    left join {{ ref('customer_relationship') }} as relationship
        on
            customers.as_of_date = relationship.as_of_date
            and customers.source_code = relationship.source_code
            and customers.customer_key = relationship.customer_key
    left join {{ ref('customer_needs') }} as needs
        on
            customers.as_of_date = needs.as_of_date
            and customers.source_code = needs.source_code
            and customers.customer_key = needs.customer_key
    left join {{ ref('customer_lifecycle') }} as lifecycle
        on
            customers.as_of_date = lifecycle.as_of_date
            and customers.source_code = lifecycle.source_code
            and customers.customer_key = lifecycle.customer_key
    where customers.is_scored

),

{%- set parts = ['value', 'strategic_importance', 'service_need', 'growth', 'churn_risk'] %}

ranked as (

    {% for part in parts -%}
    select
        as_of_date,
        source_code,
        customer_key,
        '{{ part }}' as part,
        {{ decimal_from('percent_rank() over (partition by as_of_date order by measured_' ~ part ~ ')', 12) }} as part_rank
    from measures
    where measured_{{ part }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- a part that is unknown has no row: the others share its weight
scores as (

    select
        ranked.as_of_date,
        ranked.source_code,
        ranked.customer_key,
        {%- for part in parts %}
        cast(max(case when ranked.part = '{{ part }}' then ranked.part_rank end) as double) as {{ part }}_rank,
        {%- endfor %}
        {{ decimal_from(quotient(
            narrowed('sum(' ~ decimal_from(
                'cast(cast(ranked.part_rank as decimal(12, 10)) as double) * cast(weights.weight as double)', 16
            ) ~ ')', 16, 12),
            'sum(cast(weights.weight as decimal(12, 10)))'
        ), 10) }} as priority_score,
        cast(sum(weights.weight) as double) as known_weight
    from ranked
    inner join {{ ref('priority_weights_as_of') }} as weights
        on ranked.as_of_date = weights.as_of_date and ranked.part = weights.part
    group by ranked.as_of_date, ranked.source_code, ranked.customer_key

),

final as (

    select
        scores.as_of_date,
        scores.source_code,
        scores.customer_key,
        {%- for part in parts %}
        scores.{{ part }}_rank,
        {%- endfor %}
        cast(scores.priority_score as double) as priority_score,
        scores.known_weight,
        -- ties break on the identifier, in the rank only
        row_number() over (
            partition by scores.as_of_date
            order by scores.priority_score desc, identities.source asc, identities.source_customer_id asc
        ) as priority_rank
    from scores
    inner join identities
        on scores.source_code = identities.source_code and scores.customer_key = identities.customer_key

)

select * from final
