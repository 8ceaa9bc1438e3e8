with ledger as (

    select * from {{ ref('int_cost_ledger') }}

),

pool_use as (

    select * from {{ ref('int_pool_use') }}

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

-- the ledger of a source is closed up to its last month; every pool that it ever names belongs to each month
closed as (

    select source_code, max(month) as last_closed_month from ledger
    group by source_code

),

modes as (

    select
        ledger.source_code,
        ledger.month,
        ledger.pool,
        modes.mode,
        row_number() over (
            partition by ledger.source_code, ledger.month, ledger.pool
            order by case when modes.pool = '*' then 1 else 0 end, case when modes.source = '*' then 1 else 0 end
        ) as preference
    from ledger
    inner join sources on ledger.source_code = sources.source_code
    inner join {{ ref('stg_policy__costing_modes') }} as modes
        on
            modes.source in ('*', sources.source)
            and modes.pool in ('*', ledger.pool)
            and {{ valid_on('modes', 'ledger.month') }}

),

closed_rates as (

    select
        ledger.source_code,
        ledger.month,
        ledger.pool,
        modes.mode,
        ledger.cost as ledger_cost,
        cast(ledger.practical_capacity_minutes as decimal(18, 4)) as practical_minutes,
        coalesce(pool_use.minutes, 0) as used_minutes,
        coalesce(pool_use.policy_cost, 0) as policy_cost,
        coalesce(pool_use.carriage_cost, 0) as carriage_cost,
        case
            when modes.mode = 'full_absorption' then case when pool_use.carriage_cost > 0 then 0 else ledger.cost end
            when ledger.practical_capacity_minutes > 0 then ledger.cost
        end
        / nullif(case when modes.mode = 'full_absorption' then pool_use.minutes else ledger.practical_capacity_minutes end, 0)
            as cost_per_minute,
        case
            when modes.mode = 'full_absorption' and pool_use.carriage_cost > 0
                then {{ quotient('ledger.cost', 'pool_use.carriage_cost') }}
        end as carriage_factor
    from ledger
    inner join modes
        on
            ledger.source_code = modes.source_code
            and ledger.month = modes.month
            and ledger.pool = modes.pool
            and modes.preference = 1
    left join pool_use
        on
            ledger.source_code = pool_use.source_code
            and ledger.month = pool_use.month
            and ledger.pool = pool_use.pool

),

-- months that are still open take the rate of the last closed one
open_rates as (

    select
        pool_use.source_code,
        pool_use.month,
        pool_use.pool,
        closed_rates.mode,
        cast(null as decimal(18, 4)) as ledger_cost,
        cast(null as decimal(18, 4)) as practical_minutes,
        pool_use.minutes as used_minutes,
        pool_use.policy_cost,
        pool_use.carriage_cost,
        closed_rates.cost_per_minute,
        closed_rates.carriage_factor
    from pool_use
    inner join closed on pool_use.source_code = closed.source_code and pool_use.month > closed.last_closed_month
    inner join closed_rates
        on
            pool_use.source_code = closed_rates.source_code
            and pool_use.pool = closed_rates.pool
            and closed.last_closed_month = closed_rates.month

),

stated as (

    select *, false as is_provisional, 'ledger' as rate_basis from closed_rates
    union all
    select *, true as is_provisional, 'last_closed_month' as rate_basis from open_rates

),

-- work that no ledger knows of is charged at the policy's rates of its days; without a row it would be held against nothing
unstated as (

    select
        pool_use.source_code,
        pool_use.month,
        pool_use.pool,
        cast(null as string) as mode,
        cast(null as decimal(18, 4)) as ledger_cost,
        cast(null as decimal(18, 4)) as practical_minutes,
        pool_use.minutes as used_minutes,
        pool_use.policy_cost,
        pool_use.carriage_cost,
        cast(null as double) as cost_per_minute,
        cast(null as double) as carriage_factor,
        true as is_provisional,
        'policy' as rate_basis
    from pool_use
    where
        (pool_use.source_code, pool_use.month, pool_use.pool) not in (
            select stated.source_code, stated.month, stated.pool from stated
        )

),

rates as (

    select * from stated
    union all
    select * from unstated

),

final as (

    select
        source_code,
        month,
        pool,
        mode,
        is_provisional,
        rate_basis,
        ledger_cost,
        practical_minutes,
        used_minutes,
        policy_cost,
        carriage_cost,
        {{ decimal_from('cost_per_minute', 10) }} as cost_per_minute,
        {{ decimal_from('carriage_factor', 10) }} as carriage_factor
    from rates

)

select * from final
