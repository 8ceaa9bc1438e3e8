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
        xyz.xyz_class,
        abc.abc_revenue || xyz.xyz_class as abc_xyz
    from {{ ref('customer_profitability') }} as profitability
    inner join as_of_dates on profitability.as_of_date = as_of_dates.as_of_date
    left join {{ ref('customer_rfm') }} as rfm
        on
            profitability.as_of_date = rfm.as_of_date
            and profitability.source_code = rfm.source_code
            and profitability.customer_key = rfm.customer_key
    left join {{ ref('customer_abc') }} as abc
        on
            profitability.as_of_date = abc.as_of_date
            and profitability.source_code = abc.source_code
            and profitability.customer_key = abc.customer_key
    left join {{ ref('customer_xyz') }} as xyz
        on
            profitability.as_of_date = xyz.as_of_date
            and profitability.source_code = xyz.source_code
            and profitability.customer_key = xyz.customer_key

),

members as (
    {% for dimension in ['rfm_segment', 'abc_revenue', 'abc_profit', 'xyz_class', 'abc_xyz'] %}
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
