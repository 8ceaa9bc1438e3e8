with as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

customers as (

    -- amounts as they are inside, to four decimals: rounded once, after the sum, so that the summary ties to the ledger
    select
        profitability.as_of_date,
        profitability.net_revenue,
        profitability.gross_margin,
        profitability.cost_to_serve,
        profitability.net_contribution,
        rfm.rfm_segment,
        abc.abc_revenue,
        abc.abc_profit,
        quadrants.profit_quadrant,
        xyz.xyz_class,
        abc.abc_revenue || xyz.xyz_class as abc_xyz,
        lifecycle.lifecycle_stage,
        relationship.relationship_class,
        behaviour.usage_class,
        behaviour.promotion_response,
        demographics.demographic_segment,
        preferences.preference_segment,
        geography.market_cluster,
        tiers.service_tier,
        clusters.behaviour_cluster
    from {{ ref('customer_profitability') }} as profitability
    inner join as_of_dates on profitability.as_of_date = as_of_dates.as_of_date
    {% for alias, model in {
        'rfm': 'customer_rfm', 'abc': 'customer_abc', 'xyz': 'customer_xyz', 'lifecycle': 'customer_lifecycle',
        'relationship': 'customer_relationship', 'behaviour': 'customer_behaviour', 'clusters': 'customer_clusters',
        'demographics': 'customer_demographics',
        'preferences': 'customer_preferences', 'geography': 'customer_geography', 'tiers': 'customer_service_tier',
        'quadrants': 'customer_profit_quadrants'
    }.items() -%}
    left join {{ ref(model) }} as {{ alias }}
        on
            profitability.as_of_date = {{ alias }}.as_of_date
            and profitability.source_code = {{ alias }}.source_code
            and profitability.customer_key = {{ alias }}.customer_key
    {% endfor %}
),

members as (
    {% for dimension in [
        'rfm_segment', 'abc_revenue', 'abc_profit', 'xyz_class', 'abc_xyz', 'lifecycle_stage', 'relationship_class',
        'usage_class', 'promotion_response', 'demographic_segment', 'preference_segment', 'market_cluster', 'service_tier',
        'profit_quadrant', 'behaviour_cluster'
    ] %}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        coalesce({{ dimension }}, 'none') as segment,
        net_revenue,
        gross_margin,
        cost_to_serve,
        net_contribution
    from customers
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

sums as (

    select
        as_of_date,
        dimension,
        segment,
        count(*) as customers,
        sum(net_revenue) as net_revenue,
        -- unknown for one is unknown for all: a sum over the others would look like the margin of the whole segment
        case when count(*) = count(gross_margin) then sum(gross_margin) end as gross_margin,
        sum(cost_to_serve) as cost_to_serve,
        case when count(*) = count(net_contribution) then sum(net_contribution) end as net_contribution
    from members
    group by as_of_date, dimension, segment

),

final as (

    select
        as_of_date,
        dimension,
        segment,
        customers,
        cast(net_revenue as decimal(18, 2)) as net_revenue,
        cast(gross_margin as decimal(18, 2)) as gross_margin,
        cast(cost_to_serve as decimal(18, 2)) as cost_to_serve,
        cast(net_contribution as decimal(18, 2)) as net_contribution,
        cast(customers as double) / sum(customers) over (partition by as_of_date, dimension) as customer_share,
        cast(net_revenue as double)
        / nullif(cast(sum(net_revenue) over (partition by as_of_date, dimension) as double), 0) as net_revenue_share
    from sums

)

select * from final
