with as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

final as (

    select
        as_of_dates.as_of_date,
        sources.source,
        pools.month,
        pools.pool,
        pools.is_provisional,
        pools.ledger_cost,
        pools.charged_cost,
        pools.unassigned_cost,
        pools.unused_cost,
        pools.rate_variance,
        cast(pools.difference as decimal(18, 2)) as difference,
        pools.practical_minutes,
        pools.used_minutes,
        pools.rate_basis
    from {{ ref('pool_reconciliation') }} as pools
    inner join sources on pools.source_code = sources.source_code
    inner join as_of_dates on pools.month <= as_of_dates.as_of_date

)

select * from final
