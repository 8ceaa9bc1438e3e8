-- A returned row is an activity whose costs count other drivers than what was delivered: work that nobody pays for, or that
-- somebody pays for twice. Unknown customers, products and orders count like any other.
with delivered as (

    select
        source_code,
        'order_entry' as activity,
        count(distinct order_key) as driver_units
    from {{ ref('fct_order_lines') }}
    where line_outcome in ('sale', 'unidentified') and quantity > 0
    group by source_code
    union all
    select source_code, 'picking' as activity, count(*) as driver_units
    from {{ ref('fct_order_lines') }}
    where line_outcome in ('sale', 'unidentified') and quantity > 0
    group by source_code
    union all
    select source_code, 'packing' as activity, sum(cartons) as driver_units
    from {{ ref('int_shipments') }}
    where cartons > 0
    group by source_code
    union all
    select source_code, 'delivery_stop' as activity, sum(stops) as driver_units
    from {{ ref('int_shipments') }}
    where stops > 0
    group by source_code
    union all
    select source_code, 'customer_service' as activity, count(*) as driver_units
    from {{ ref('int_service_cases') }}
    group by source_code
    union all
    select source_code, 'sales_visits' as activity, count(*) as driver_units
    from {{ ref('int_sales_visits') }}
    group by source_code
    union all
    select source_code, 'returns' as activity, count(*) as driver_units
    from {{ ref('int_returned_lines') }}
    group by source_code

),

charged as (

    select source_code, activity, sum(driver_units) as driver_units
    from {{ ref('fct_activity_costs') }}
    where activity in (select activity from delivered)
    group by source_code, activity

)

select
    coalesce(delivered.source_code, charged.source_code) as source_code,
    coalesce(delivered.activity, charged.activity) as activity,
    delivered.driver_units as units_delivered,
    charged.driver_units as units_charged
from delivered
full outer join charged on delivered.source_code = charged.source_code and delivered.activity = charged.activity
where delivered.driver_units is distinct from charged.driver_units
