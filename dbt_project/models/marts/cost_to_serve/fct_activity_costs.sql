with timed_work as (

    select * from {{ ref('int_timed_work') }}

),

pool_rates as (

    select * from {{ ref('int_pool_rates') }}

),

deliveries as (

    select * from {{ ref('int_freight_costs') }}

),

returned_lines as (

    select * from {{ ref('int_returned_lines') }}

),

order_headers as (

    select * from {{ ref('fct_orders') }}

),

work as (

    select
        timed_work.source_code,
        timed_work.activity,
        'work' as cost_kind,
        timed_work.event_key,
        timed_work.part_key,
        timed_work.order_key,
        timed_work.customer_key,
        timed_work.product_key,
        timed_work.cost_date,
        timed_work.warehouse_id,
        timed_work.driver_units,
        timed_work.minutes,
        -- the month's rate from the ledger; where there is none, the policy's of the day
        {{ decimal_from(
            'cast(timed_work.minutes as double)
            * cast(coalesce(pool_rates.cost_per_minute, policy_rates.cost_per_minute) as double)', 8
        ) }} as cost,
        case when pool_rates.cost_per_minute is null or pool_rates.is_provisional then 'estimated' else 'actual' end as basis
    from timed_work
    left join pool_rates
        on
            timed_work.source_code = pool_rates.source_code
            and timed_work.month = pool_rates.month
            and timed_work.pool = pool_rates.pool
    left join {{ ref('stg_policy__capacity_cost_rates') }} as policy_rates
        on timed_work.pool = policy_rates.pool and {{ valid_on('policy_rates', 'timed_work.cost_date') }}

),

carriage as (

    select
        deliveries.source_code,
        'outbound_freight' as activity,
        'carriage' as cost_kind,
        coalesce(deliveries.shipment_key, deliveries.order_key) as event_key,
        case when deliveries.shipment_key is null then 0 else deliveries.order_key end as part_key,
        deliveries.order_key,
        deliveries.customer_key,
        cast(null as bigint) as product_key,
        deliveries.cost_date,
        deliveries.warehouse_id,
        cast(1 as bigint) as driver_units,
        cast(null as decimal(18, 4)) as minutes,
        case
            when pool_rates.carriage_factor is null then cast(deliveries.cost as decimal(18, 8))
            else {{ decimal_from('cast(deliveries.cost as double) * cast(pool_rates.carriage_factor as double)', 8) }}
        end as cost,
        case
            when pool_rates.is_provisional and pool_rates.carriage_factor is not null then 'estimated'
            else deliveries.basis
        end as basis
    from deliveries
    left join {{ ref('stg_policy__activity_pools') }} as pools
        on pools.activity = 'outbound_freight' and {{ valid_on('pools', 'deliveries.cost_date') }}
    left join pool_rates
        on
            deliveries.source_code = pool_rates.source_code
            and {{ month_of('deliveries.cost_date') }} = pool_rates.month
            and pools.pool = pool_rates.pool

),

-- what a return costs beside the work: freight in, and the part of the goods that is lost; in no department's ledger
return_losses as (

    select
        returned_lines.*,
        cast(
            coalesce(named_reason.freight_in_cost, other_reason.freight_in_cost)
            + coalesce(named_reason.write_down_share, other_reason.write_down_share)
            * coalesce(-returned_lines.cost_of_goods, 0)
            as decimal(18, 8)
        ) as cost
    from returned_lines
    left join {{ ref('stg_policy__return_costs') }} as named_reason
        on
            returned_lines.reason = named_reason.reason
            and {{ valid_on('named_reason', 'returned_lines.return_date') }}
    left join {{ ref('stg_policy__return_costs') }} as other_reason
        on other_reason.reason = '*' and {{ valid_on('other_reason', 'returned_lines.return_date') }}

),

returned_goods as (

    select
        return_losses.source_code,
        'returns' as activity,
        'goods' as cost_kind,
        return_losses.return_key as event_key,
        cast(return_losses.line_number as bigint) as part_key,
        return_losses.order_key,
        return_losses.customer_key,
        return_losses.product_key,
        return_losses.return_date as cost_date,
        order_headers.warehouse_id,
        -- the line is counted where it is inspected
        cast(0 as bigint) as driver_units,
        cast(null as decimal(18, 4)) as minutes,
        return_losses.cost,
        'estimated' as basis
    from return_losses
    left join order_headers
        on return_losses.source_code = order_headers.source_code and return_losses.order_key = order_headers.order_key
    where return_losses.cost is null or return_losses.cost <> 0

),

capital as (

    select * from {{ ref('int_capital_charges') }}

),

final as (

    select * from work
    union all
    select * from carriage
    union all
    select * from returned_goods
    union all
    select * from capital

)

select * from final
