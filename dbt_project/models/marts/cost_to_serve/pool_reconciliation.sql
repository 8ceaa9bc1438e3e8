{#- Four sums from four places: the ledger, the costs of the events, the pools' minutes as they were counted apart, the rates.
    No part is the rest of the others, so a cost that is lost or charged twice shows as a difference. -#}
with pool_rates as (

    select * from {{ ref('int_pool_rates') }}

),

-- write-downs and capital lie outside the ledger
cost_days as (

    select
        source_code,
        activity,
        cost_date,
        sum(case when customer_key is not null then cost else 0 end) as charged_cost,
        sum(case when customer_key is null then cost else 0 end) as unassigned_cost
    from {{ ref('fct_activity_costs') }}
    where cost_kind in ('work', 'carriage')
    group by source_code, activity, cost_date

),

costs as (

    select
        cost_days.source_code,
        {{ month_of('cost_days.cost_date') }} as month,
        coalesce(pools.pool, 'none') as pool,
        sum(cost_days.charged_cost) as charged_cost,
        sum(cost_days.unassigned_cost) as unassigned_cost
    from cost_days
    left join {{ ref('stg_policy__activity_pools') }} as pools
        on cost_days.activity = pools.activity and {{ valid_on('pools', 'cost_days.cost_date') }}
    group by cost_days.source_code, {{ month_of('cost_days.cost_date') }}, coalesce(pools.pool, 'none')

),

-- what the counted use should cost: what charged and unassigned costs must come to
expected as (

    select
        source_code,
        month,
        pool,
        is_provisional,
        rate_basis,
        ledger_cost,
        practical_minutes,
        used_minutes,
        coalesce({{ factor('used_minutes') }} * cost_per_minute, policy_cost)
        + {{ factor('carriage_cost') }} * coalesce(carriage_factor, 1) as used_cost,
        case
            when mode = 'time_driven'
                then coalesce({{ factor('practical_minutes - used_minutes') }} * cost_per_minute, 0)
            -- a month without a single driver has nobody to carry the pool
            when cost_per_minute is null and carriage_factor is null then ledger_cost
            else 0
        end as unused_cost
    from pool_rates

),

-- from both sides: a pool that nobody charged, and a charge to a pool in which nothing was counted
final as (

    select
        coalesce(expected.source_code, costs.source_code) as source_code,
        coalesce(expected.month, costs.month) as month,
        coalesce(expected.pool, costs.pool) as pool,
        coalesce(expected.is_provisional, true) as is_provisional,
        coalesce(expected.rate_basis, 'policy') as rate_basis,
        cast(expected.practical_minutes as decimal(18, 4)) as practical_minutes,
        cast(coalesce(expected.used_minutes, 0) as decimal(18, 4)) as used_minutes,
        cast(expected.ledger_cost as decimal(18, 4)) as ledger_cost,
        cast(coalesce(costs.charged_cost, 0) as decimal(18, 4)) as charged_cost,
        cast(coalesce(costs.unassigned_cost, 0) as decimal(18, 4)) as unassigned_cost,
        case when not expected.is_provisional then cast(expected.unused_cost as decimal(18, 4)) end as unused_cost,
        case
            when not expected.is_provisional
                then cast(expected.ledger_cost - expected.used_cost - expected.unused_cost as decimal(18, 4))
        end as rate_variance,
        cast(
            coalesce(expected.used_cost, 0) - coalesce(costs.charged_cost, 0) - coalesce(costs.unassigned_cost, 0)
            as decimal(18, 4)
        ) as difference
    from expected
    full outer join costs
        on
            expected.source_code = costs.source_code
            and expected.month = costs.month
            and expected.pool = costs.pool

)

select * from final
