with customers as (

    select
        as_of_date,
        source_code,
        customer_key,
        net_revenue
    from {{ ref('int_customers_as_of') }}
    where is_scored

),

policy as (

    select
        as_of_dates.as_of_date,
        cast(max(case when parameters.name = 'concentration_customer_share' then parameters.value end) as decimal(5, 4))
            as top_customer_share,
        cast(max(case when parameters.name = 'concentration_revenue_share' then parameters.value end) as decimal(5, 4))
            as target_net_revenue_share
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('stg_policy__parameters') }} as parameters on {{ valid_on('parameters', 'as_of_dates.as_of_date') }}
    group by as_of_dates.as_of_date

),

ranked as (

    select
        customers.as_of_date,
        customers.net_revenue,
        -- rows that tie carry the same value: whichever comes first, the sums are the same
        row_number() over (partition by customers.as_of_date order by customers.net_revenue) as rising_rank,
        row_number() over (partition by customers.as_of_date order by customers.net_revenue desc) as falling_rank,
        count(*) over (partition by customers.as_of_date) as customers,
        sum(customers.net_revenue) over (partition by customers.as_of_date) as total,
        sum(customers.net_revenue) over (
            partition by customers.as_of_date
            order by customers.net_revenue desc
            rows between unbounded preceding and current row
        ) - customers.net_revenue as net_revenue_before
    from customers
    where customers.net_revenue >= 0

),

sums as (

    select
        ranked.as_of_date,
        max(ranked.customers) as customers,
        max(ranked.total) as net_revenue,
        max(policy.top_customer_share) as top_customer_share,
        max(policy.target_net_revenue_share) as target_net_revenue_share,
        max(ceil(ranked.customers * policy.top_customer_share)) as top_customers,
        sum(
            case
                when ranked.falling_rank <= ceil(ranked.customers * policy.top_customer_share) then ranked.net_revenue
                else 0
            end
        ) as top_net_revenue,
        count(case when ranked.net_revenue_before < ranked.total * policy.target_net_revenue_share then 1 end)
            as customers_for_target,
        sum((2 * ranked.rising_rank - ranked.customers - 1) * ranked.net_revenue) as weighted_net_revenue
    from ranked
    inner join policy on ranked.as_of_date = policy.as_of_date
    group by ranked.as_of_date

),

negative as (

    select
        as_of_date,
        count(*) as customers_below_zero
    from customers
    where net_revenue < 0
    group by as_of_date

),

final as (

    select
        sums.as_of_date,
        sums.customers,
        coalesce(negative.customers_below_zero, 0) as customers_below_zero,
        cast(sums.net_revenue as decimal(18, 4)) as net_revenue,
        cast(sums.top_customer_share as double) as top_customer_share,
        cast(sums.top_customers as bigint) as top_customers,
        cast(sums.top_net_revenue as double) / nullif(cast(sums.net_revenue as double), 0) as top_net_revenue_share,
        cast(sums.target_net_revenue_share as double) as target_net_revenue_share,
        case when sums.net_revenue > 0 then sums.customers_for_target end as customers_for_target,
        case when sums.net_revenue > 0 then cast(sums.customers_for_target as double) / sums.customers end
            as customer_share_for_target,
        cast(sums.weighted_net_revenue as double) / nullif(sums.customers * cast(sums.net_revenue as double), 0) as gini
    from sums
    left join negative on sums.as_of_date = negative.as_of_date

)

select * from final
