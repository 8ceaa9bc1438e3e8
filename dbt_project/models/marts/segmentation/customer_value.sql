with profitability as (

    select
        profitability.*,
        customers.is_scored
    from {{ ref('customer_profitability') }} as profitability
    inner join {{ ref('int_customers_as_of') }} as customers
        on
            profitability.as_of_date = customers.as_of_date
            and profitability.source_code = customers.source_code
            and profitability.customer_key = customers.customer_key

),

ranked as (

    select
        as_of_date,
        source_code,
        customer_key,
        {{ known_percent_rank('net_revenue') }} as net_revenue_rank,
        {{ known_percent_rank('gross_margin') }} as gross_margin_rank,
        {{ known_percent_rank('net_contribution') }} as net_contribution_rank
    from profitability

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        cast(net_revenue_rank as double) as net_revenue_rank,
        cast(gross_margin_rank as double) as gross_margin_rank,
        cast(net_contribution_rank as double) as net_contribution_rank,
        -- no feed carries what a customer buys elsewhere
        cast(null as double) as share_of_wallet,
        -- what is unknown is left out, and the others count for it
        cast(
            (coalesce(net_revenue_rank, 0) + coalesce(gross_margin_rank, 0) + coalesce(net_contribution_rank, 0))
            / nullif(
                case when net_revenue_rank is null then 0 else 1 end
                + case when gross_margin_rank is null then 0 else 1 end
                + case when net_contribution_rank is null then 0 else 1 end, 0
            ) as double
        ) as value_score
    from ranked

)

select * from final
