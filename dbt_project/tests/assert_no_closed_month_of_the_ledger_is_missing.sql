-- A returned row is a pool and month that the cost ledger leaves out although it states the pool before or after and later
-- months are there: its costs would silently take the policy's rates. Deliver that month again, with all its pools.
with ledger as (

    select * from {{ ref('int_cost_ledger') }}

),

pools as (

    select distinct source_code, pool from ledger

),

months as (

    select distinct source_code, month from ledger

),

bounds as (

    select source_code, min(month) as first_month, max(month) as last_month from ledger
    group by source_code

),

-- a month that the whole ledger leaves out is missed where something was done
used_months as (

    select distinct pool_use.source_code, pool_use.month from {{ ref('int_pool_use') }} as pool_use
    inner join bounds
        on
            pool_use.source_code = bounds.source_code
            and pool_use.month > bounds.first_month
            and pool_use.month < bounds.last_month

),

expected as (

    select source_code, month from months
    union
    select source_code, month from used_months

)

select
    expected.source_code,
    expected.month,
    pools.pool
from expected
inner join pools on expected.source_code = pools.source_code
left join ledger
    on
        expected.source_code = ledger.source_code
        and expected.month = ledger.month
        and pools.pool = ledger.pool
where ledger.pool is null or ledger.cost is null
