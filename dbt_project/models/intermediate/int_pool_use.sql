{#- Counted from the deliveries' own rows, not from the costs: what the reconciliation holds against what was charged. -#}
with orders as (

    select * from {{ ref('int_orders_handled') }}

),

shipments as (

    select * from {{ ref('int_shipments') }}

),

deliveries as (

    select * from {{ ref('int_freight_costs') }}

),

shipment_dates as (

    select source_code, shipment_key, min(cost_date) as cost_date from deliveries
    where shipment_key is not null
    group by source_code, shipment_key

),

-- drivers by day, so that each day's own time equation applies
counted as (

    select
        source_code,
        'order_entry' as activity,
        order_date as cost_date,
        channel as attribute_value,
        count(*) as driver_units,
        sum(line_count) as other_units,
        cast(0 as decimal(18, 4)) as delivered_minutes
    from orders
    group by source_code, order_date, channel
    union all
    select
        source_code,
        'picking' as activity,
        order_date as cost_date,
        cast(null as string) as attribute_value,
        sum(line_count) as driver_units,
        sum(unit_count) as other_units,
        0 as delivered_minutes
    from orders
    group by source_code, order_date
    union all
    select
        source_code,
        'expedite' as activity,
        order_date as cost_date,
        cast(null as string) as attribute_value,
        count(*) as driver_units,
        sum(line_count) as other_units,
        0 as delivered_minutes
    from orders
    where is_expedited
    group by source_code, order_date
    {% for activity, units in [('packing', 'cartons'), ('delivery_stop', 'stops')] -%}
    union all
    select
        shipments.source_code,
        '{{ activity }}' as activity,
        shipment_dates.cost_date,
        shipments.transport_mode as attribute_value,
        sum(shipments.{{ units }}) as driver_units,
        count(*) as other_units,
        0 as delivered_minutes
    from shipments
    inner join shipment_dates
        on shipments.source_code = shipment_dates.source_code and shipments.shipment_key = shipment_dates.shipment_key
    where shipments.{{ units }} > 0
    group by shipments.source_code, shipment_dates.cost_date, shipments.transport_mode
    {% endfor -%}
    union all
    select
        source_code,
        'returns' as activity,
        return_date as cost_date,
        reason as attribute_value,
        count(*) as driver_units,
        sum(quantity) as other_units,
        0 as delivered_minutes
    from {{ ref('int_returned_lines') }}
    group by source_code, return_date, reason
    union all
    select
        source_code,
        'customer_service' as activity,
        opened_date as cost_date,
        reason as attribute_value,
        count(case when handling_minutes is null then 1 end) as driver_units,
        0 as other_units,
        sum({{ decimal_from('coalesce(handling_minutes, 0)', 4) }}) as delivered_minutes
    from {{ ref('int_service_cases') }}
    group by source_code, opened_date, reason
    union all
    select
        source_code,
        'sales_visits' as activity,
        visit_date as cost_date,
        cast(null as string) as attribute_value,
        count(case when minutes is null then 1 end) as driver_units,
        0 as other_units,
        sum({{ decimal_from('coalesce(minutes, 0)', 4) }}) as delivered_minutes
    from {{ ref('int_sales_visits') }}
    group by source_code, visit_date

),

timed as (

    select
        counted.source_code,
        any_value_time.pool,
        counted.cost_date,
        cast(
            counted.delivered_minutes
            + counted.driver_units * coalesce(named_time.minutes_per_unit, any_value_time.minutes_per_unit)
            + counted.other_units * coalesce(named_time.minutes_per_other_unit, any_value_time.minutes_per_other_unit)
            as decimal(18, 4)
        ) as minutes,
        cast(0 as decimal(18, 4)) as carriage_cost
    from counted
    inner join {{ ref('int_unit_times') }} as any_value_time
        on
            counted.activity = any_value_time.activity
            and any_value_time.attribute_value = '*'
            and {{ valid_on('any_value_time', 'counted.cost_date') }}
    left join {{ ref('int_unit_times') }} as named_time
        on
            counted.activity = named_time.activity
            and counted.attribute_value = named_time.attribute_value
            and {{ valid_on('named_time', 'counted.cost_date') }}

),

-- an invoice once per shipment, whatever number of orders it was split over
invoices as (

    select
        shipments.source_code,
        shipments.shipment_key,
        shipment_dates.cost_date,
        max(shipments.freight_cost) as carriage_cost
    from shipments
    inner join shipment_dates
        on shipments.source_code = shipment_dates.source_code and shipments.shipment_key = shipment_dates.shipment_key
    where shipments.freight_cost is not null
    group by shipments.source_code, shipments.shipment_key, shipment_dates.cost_date

),

carriage as (

    select source_code, cost_date, carriage_cost from invoices
    union all
    select source_code, cost_date, cost as carriage_cost from deliveries
    where basis = 'estimated'

),

use_by_day as (

    select * from timed
    union all
    select
        carriage.source_code,
        pools.pool,
        carriage.cost_date,
        0 as minutes,
        carriage.carriage_cost
    from carriage
    inner join {{ ref('stg_policy__activity_pools') }} as pools
        on pools.activity = 'outbound_freight' and {{ valid_on('pools', 'carriage.cost_date') }}

),

final as (

    select
        use_by_day.source_code,
        {{ month_of('use_by_day.cost_date') }} as month,
        use_by_day.pool,
        cast(sum(use_by_day.minutes) as decimal(18, 4)) as minutes,
        cast(
            sum({{ factor('use_by_day.minutes') }} * coalesce(rates.cost_per_minute, 0)) as decimal(18, 8)
        ) as policy_cost,
        cast(sum(use_by_day.carriage_cost) as decimal(18, 4)) as carriage_cost
    from use_by_day
    left join {{ ref('stg_policy__capacity_cost_rates') }} as rates
        on use_by_day.pool = rates.pool and {{ valid_on('rates', 'use_by_day.cost_date') }}
    group by use_by_day.source_code, {{ month_of('use_by_day.cost_date') }}, use_by_day.pool

)

select * from final
