with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

thresholds as (

    {{ parameters_as_of(['high_value_rank', 'high_relationship_rank']) }}

),

measures as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        cast(profitability.net_contribution as double) as net_contribution,
        cast(profitability.net_revenue as double) as net_revenue,
        cast(customers.tenure_days as double) as tenure,
        cast(
            case
                when attributes.contract_until is null then null
                else greatest({{ days_between('customers.as_of_date', 'attributes.contract_until') }}, 0)
            end as double
        ) as contract,
        cast(behaviour.category_count as double) as breadth,
        case
            when behaviour.main_channel is null then null
            when behaviour.main_channel = 'edi' then behaviour.main_channel_share
            else 0
        end as integration,
        lifecycle.revenue_trend as growth
    from customers
    left join {{ ref('customer_profitability') }} as profitability
        on
            customers.as_of_date = profitability.as_of_date
            and customers.source_code = profitability.source_code
            and customers.customer_key = profitability.customer_key
    left join {{ ref('int_customer_attributes_as_of') }} as attributes
        on
            customers.as_of_date = attributes.as_of_date
            and customers.source_code = attributes.source_code
            and customers.customer_key = attributes.customer_key
    left join {{ ref('customer_behaviour') }} as behaviour
        on
            customers.as_of_date = behaviour.as_of_date
            and customers.source_code = behaviour.source_code
            and customers.customer_key = behaviour.customer_key
    left join {{ ref('customer_lifecycle') }} as lifecycle
        on
            customers.as_of_date = lifecycle.as_of_date
            and customers.source_code = lifecycle.source_code
            and customers.customer_key = lifecycle.customer_key
    where customers.is_scored

),

{%- set parts = ['net_contribution', 'net_revenue', 'tenure', 'contract', 'breadth', 'integration', 'growth'] %}

ranked as (

    {% for part in parts -%}
    select
        as_of_date,
        source_code,
        customer_key,
        '{{ part }}' as part,
        {{ decimal_from('percent_rank() over (partition by as_of_date order by ' ~ part ~ ')', 12) }} as part_rank
    from measures
    where {{ part }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- a part without data has no row here: its weight goes to the others
axes as (

    select
        ranked.as_of_date,
        ranked.source_code,
        ranked.customer_key,
        {{ decimal_from(quotient(
            narrowed("sum(case when weights.axis = 'value' then ranked.part_rank * weights.weight end)", 16, 12),
            "sum(case when weights.axis = 'value' then weights.weight end)"
        ), 12) }} as value_score,
        {{ decimal_from(quotient(
            narrowed("sum(case when weights.axis = 'relationship' then ranked.part_rank * weights.weight end)", 16, 12),
            "sum(case when weights.axis = 'relationship' then weights.weight end)"
        ), 12) }} as relationship_score
    from ranked
    inner join {{ ref('stg_policy__relationship_weights') }} as weights
        on ranked.part = weights.part and {{ valid_on('weights', 'ranked.as_of_date') }}
    group by ranked.as_of_date, ranked.source_code, ranked.customer_key

),

placed as (

    select
        *,
        percent_rank() over (partition by as_of_date order by value_score) as value_axis,
        percent_rank() over (partition by as_of_date order by relationship_score) as relationship_axis
    from axes

),

overrides as (

    select
        identities.source_code,
        identities.customer_key,
        overrides.*
    from {{ ref('stg_policy__relationship_overrides') }} as overrides
    inner join {{ ref('int_customers') }} as identities
        on overrides.customer_id = identities.source || ':' || identities.source_customer_id

),

computed as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        placed.value_axis,
        placed.relationship_axis,
        case
            when not customers.is_scored then 'none'
            when placed.value_axis >= thresholds.high_value_rank
                then case
                    when placed.relationship_axis >= thresholds.high_relationship_rank then 'strategic' else 'develop'
                end
            when placed.relationship_axis >= thresholds.high_relationship_rank then 'maintain'
            else 'transactional'
        end as computed_class
    from customers
    inner join thresholds on customers.as_of_date = thresholds.as_of_date
    left join placed
        on
            customers.as_of_date = placed.as_of_date
            and customers.source_code = placed.source_code
            and customers.customer_key = placed.customer_key

),

final as (

    select
        computed.as_of_date,
        computed.source_code,
        computed.customer_key,
        computed.value_axis,
        computed.relationship_axis,
        computed.computed_class,
        coalesce(overrides.relationship_class, computed.computed_class) as relationship_class,
        overrides.reason as override_reason,
        overrides.owner_role as override_owner_role,
        overrides.expires_on as override_expires_on
    from computed
    left join overrides
        on
            computed.source_code = overrides.source_code
            and computed.customer_key = overrides.customer_key
            and computed.as_of_date <= overrides.expires_on
            and {{ valid_on('overrides', 'computed.as_of_date') }}

)

select * from final
