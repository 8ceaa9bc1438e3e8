{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('int_orders_handled') }}

),

order_headers as (

    select * from {{ ref('fct_orders') }}

),

deliveries as (

    select * from {{ ref('int_freight_costs') }}
    where shipment_key is not null

),

returned_lines as (

    select * from {{ ref('int_returned_lines') }}

),

service_cases as (

    select * from {{ ref('int_service_cases') }}

),

sales_visits as (

    select * from {{ ref('int_sales_visits') }}

),

events as (

    {% for activity, units, other_units, attribute, condition in [
        ('order_entry', '1', 'line_count', 'channel', 'true'),
        ('picking', 'line_count', 'unit_count', 'null', 'true'),
        ('expedite', '1', 'line_count', 'null', 'is_expedited'),
    ] -%}
    select
        source_code,
        '{{ activity }}' as activity,
        order_key as event_key,
        cast(0 as bigint) as part_key,
        order_key,
        customer_key,
        cast(null as bigint) as product_key,
        order_date as cost_date,
        warehouse_id,
        cast({{ attribute }} as string) as attribute_value,
        cast({{ units }} as bigint) as driver_units,
        cast({{ other_units }} as decimal(18, 3)) as other_units,
        cast(null as decimal(18, 4)) as delivered_minutes
    from orders
    where {{ condition }}
    union all
    {% endfor -%}
    {%- for activity, units in [('packing', 'cartons'), ('delivery_stop', 'stops')] -%}
    select
        source_code,
        '{{ activity }}' as activity,
        shipment_key as event_key,
        order_key as part_key,
        order_key,
        customer_key,
        cast(null as bigint) as product_key,
        cost_date,
        warehouse_id,
        transport_mode as attribute_value,
        {{ units }} as driver_units,
        cast(1 as decimal(18, 3)) as other_units,
        cast(null as decimal(18, 4)) as delivered_minutes
    from deliveries
    where {{ units }} > 0
    union all
    {% endfor -%}
    select
        returned_lines.source_code,
        'returns' as activity,
        returned_lines.return_key as event_key,
        cast(returned_lines.line_number as bigint) as part_key,
        returned_lines.order_key,
        returned_lines.customer_key,
        returned_lines.product_key,
        returned_lines.return_date as cost_date,
        order_headers.warehouse_id,
        returned_lines.reason as attribute_value,
        cast(1 as bigint) as driver_units,
        cast(returned_lines.quantity as decimal(18, 3)) as other_units,
        cast(null as decimal(18, 4)) as delivered_minutes
    from returned_lines
    left join order_headers
        on returned_lines.source_code = order_headers.source_code and returned_lines.order_key = order_headers.order_key
    union all
    select
        service_cases.source_code,
        'customer_service' as activity,
        {{ text_hash('service_cases.case_id') }} as event_key,
        cast(0 as bigint) as part_key,
        service_cases.order_key,
        coalesce(service_cases.customer_key, order_headers.customer_key) as customer_key,
        cast(null as bigint) as product_key,
        service_cases.opened_date as cost_date,
        order_headers.warehouse_id,
        service_cases.reason as attribute_value,
        cast(1 as bigint) as driver_units,
        cast(0 as decimal(18, 3)) as other_units,
        {{ decimal_from('service_cases.handling_minutes', 4) }} as delivered_minutes
    from service_cases
    left join order_headers
        on service_cases.source_code = order_headers.source_code and service_cases.order_key = order_headers.order_key
    union all
    select
        source_code,
        'sales_visits' as activity,
        {{ text_hash('visit_id') }} as event_key,
        cast(0 as bigint) as part_key,
        cast(null as bigint) as order_key,
        customer_key,
        cast(null as bigint) as product_key,
        visit_date as cost_date,
        cast(null as string) as warehouse_id,
        cast(null as string) as attribute_value,
        cast(1 as bigint) as driver_units,
        cast(0 as decimal(18, 3)) as other_units,
        {{ decimal_from('minutes', 4) }} as delivered_minutes
    from sales_visits

),

final as (

    select
        events.source_code,
        events.activity,
        any_value_time.pool,
        events.event_key,
        events.part_key,
        events.order_key,
        events.customer_key,
        events.product_key,
        events.cost_date,
        {{ month_of('events.cost_date') }} as month,
        events.warehouse_id,
        events.driver_units,
        -- in double: products of wide decimals cost more than all the joins together, and four decimals are far from its limits
        coalesce(
            events.delivered_minutes,
            {{ decimal_from(
                'cast(events.driver_units as double)
                * cast(coalesce(named_time.minutes_per_unit, any_value_time.minutes_per_unit) as double)
                + cast(events.other_units as double)
                * cast(coalesce(named_time.minutes_per_other_unit, any_value_time.minutes_per_other_unit) as double)', 4
            ) }}
        ) as minutes
    from events
    left join {{ ref('int_unit_times') }} as any_value_time
        on
            events.activity = any_value_time.activity
            and any_value_time.attribute_value = '*'
            and {{ valid_on('any_value_time', 'events.cost_date') }}
    left join {{ ref('int_unit_times') }} as named_time
        on
            events.activity = named_time.activity
            and events.attribute_value = named_time.attribute_value
            and {{ valid_on('named_time', 'events.cost_date') }}

)

select * from final
