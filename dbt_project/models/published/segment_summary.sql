with customers as (

    select * from {{ ref('customer_segments') }}

),

members as (
    {% for dimension in ['rfm_segment', 'abc_revenue', 'abc_profit'] %}
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
