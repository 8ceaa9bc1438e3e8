with customers as (

    select * from {{ ref('customer_profitability') }}
    where net_contribution is not null

),

totals as (

    select
        as_of_date,
        count(*) as customers,
        sum(net_contribution) as net_total,
        sum(case when net_contribution > 0 then net_contribution else 0 end) as positive_total
    from customers
    group by as_of_date

),

ranked as (

    select
        as_of_date,
        source_code,
        customer_key,
        net_contribution,
        row_number() over contribution_order as customer_rank,
        -- the order is total, so that each row is the only one of its place
        sum(net_contribution) over contribution_order as cumulative_contribution
    from customers
    window contribution_order as (partition by as_of_date order by net_contribution desc, source_code asc, customer_key asc)

),

final as (

    select
        ranked.as_of_date,
        ranked.source_code,
        ranked.customer_key,
        ranked.customer_rank,
        ranked.net_contribution,
        cast(ranked.cumulative_contribution as decimal(18, 4)) as cumulative_contribution,
        cast(ranked.customer_rank as double) / totals.customers as customer_share,
        -- a total of nought or less has no shares: the positive total stands for it, and share_base says so
        cast(ranked.cumulative_contribution as double)
        / nullif(cast(case when totals.net_total > 0 then totals.net_total else totals.positive_total end as double), 0)
            as cumulative_share,
        case when totals.net_total > 0 then 'net_total' else 'positive_total' end as share_base
    from ranked
    inner join totals on ranked.as_of_date = totals.as_of_date

)

select * from final
