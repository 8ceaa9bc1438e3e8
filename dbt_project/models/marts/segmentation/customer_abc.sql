with profitability as (

    select * from {{ ref('customer_profitability') }}

),

measures as (

    select as_of_date, source_code, customer_key, 'revenue' as measure, net_revenue as amount from profitability
    union all
    select as_of_date, source_code, customer_key, 'profit' as measure, net_contribution as amount from profitability

),

accumulated as (

    select
        *,
        sum(amount) over (partition by as_of_date, measure) as total,
        -- customers of equal value share a class, so the share is taken before the whole tie group
        sum(amount) over (
            partition by as_of_date, measure
            order by amount desc
            range between unbounded preceding and current row
        ) - sum(amount) over (partition by as_of_date, measure, amount) as amount_before
    from measures
    where amount > 0

),

classified as (

    select
        accumulated.as_of_date,
        accumulated.source_code,
        accumulated.customer_key,
        accumulated.measure,
        policy.abc_class
    from accumulated
    inner join {{ ref('stg_policy__abc_classes') }} as policy
        on
            -- compared as amounts and not as a quotient: exact at the cut itself
            cast(accumulated.amount_before as decimal(28, 4))
            >= cast(accumulated.total as decimal(28, 4)) * cast(policy.share_from as decimal(5, 4))
            and cast(accumulated.amount_before as decimal(28, 4))
            < cast(accumulated.total as decimal(28, 4)) * cast(policy.share_below as decimal(5, 4))
            and {{ valid_on('policy', 'accumulated.as_of_date') }}

),

classes as (

    select * from classified
    union all
    -- the policy divides what is positive; the rest is a class of its own
    select
        as_of_date,
        source_code,
        customer_key,
        measure,
        'D' as abc_class
    from measures
    where amount <= 0

),

final as (

    select
        measures.as_of_date,
        measures.source_code,
        measures.customer_key,
        max(case when measures.measure = 'revenue' then classes.abc_class end) as abc_revenue,
        max(case when measures.measure = 'profit' then classes.abc_class end) as abc_profit
    from measures
    left join classes
        on
            measures.as_of_date = classes.as_of_date
            and measures.source_code = classes.source_code
            and measures.customer_key = classes.customer_key
            and measures.measure = classes.measure
    group by measures.as_of_date, measures.source_code, measures.customer_key

)

select * from final
