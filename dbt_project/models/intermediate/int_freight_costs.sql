with shipments as (

    select * from {{ ref('int_shipments') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

-- one row per order in a shipment, with what decides its part of the shipment's cost
parts as (

    select
        shipments.source_code,
        shipments.shipment_key,
        shipments.order_key,
        orders.customer_key,
        orders.channel,
        orders.ship_to_country,
        orders.ship_to_region,
        coalesce(shipments.warehouse_id, orders.warehouse_id) as warehouse_id,
        shipments.transport_mode,
        min(coalesce(shipments.shipped_date, shipments.delivered_date, orders.order_date))
            over (partition by shipments.source_code, shipments.shipment_key) as cost_date,
        coalesce(shipments.cartons, 0) as cartons,
        coalesce(shipments.stops, 0) as stops,
        max(shipments.freight_cost) over (partition by shipments.source_code, shipments.shipment_key) as invoice,
        cast(
            sum({{ decimal_from('coalesce(shipments.weight_kg, 0)', 4) }})
                over (partition by shipments.source_code, shipments.shipment_key)
            as decimal(18, 4)
        ) as shipment_weight_kg,
        count(*) over (partition by shipments.source_code, shipments.shipment_key) as part_count,
        row_number() over (
            partition by shipments.source_code, shipments.shipment_key
            order by shipments.order_key
        ) as part_number,
        cast(
            sum({{ decimal_from('coalesce(shipments.weight_kg, 0)', 4) }}) over (
                partition by shipments.source_code, shipments.shipment_key
                order by shipments.order_key
                rows between unbounded preceding and current row
            ) as decimal(18, 4)
        ) as weight_so_far_kg,
        {{ decimal_from('coalesce(shipments.weight_kg, 0)', 4) }} as weight_kg
    from shipments
    left join orders
        on shipments.source_code = orders.source_code and shipments.order_key = orders.order_key

),

-- sources that deliver no shipments: the order stands for its one delivery
orders_without_shipments as (

    select * from {{ ref('int_orders_handled') }}
    where source_code not in (select source_code from shipments)

),

deliveries as (

    select
        source_code,
        shipment_key,
        order_key,
        customer_key,
        channel,
        ship_to_country,
        ship_to_region,
        warehouse_id,
        transport_mode,
        cost_date,
        cartons,
        stops,
        invoice,
        shipment_weight_kg,
        -- the part that this order and those before it make up, so that the parts of a shipment end at exactly 1
        case
            when part_number = part_count then 1
            when shipment_weight_kg > 0 then {{ quotient('weight_so_far_kg', 'shipment_weight_kg') }}
            else part_number / cast(part_count as double)
        end as share_so_far,
        case
            when shipment_weight_kg > 0 then {{ quotient('(weight_so_far_kg - weight_kg)', 'shipment_weight_kg') }}
            else (part_number - 1) / cast(part_count as double)
        end as share_before
    from parts
    union all
    select
        source_code,
        null as shipment_key,
        order_key,
        customer_key,
        channel,
        ship_to_country,
        ship_to_region,
        warehouse_id,
        null as transport_mode,
        order_date as cost_date,
        0 as cartons,
        0 as stops,
        null as invoice,
        null as shipment_weight_kg,
        1 as share_so_far,
        0 as share_before
    from orders_without_shipments

),

zoned as (

    select
        deliveries.*,
        coalesce(named_zone.zone, other_zone.zone) as zone
    from deliveries
    left join {{ ref('stg_policy__delivery_zones') }} as named_zone
        on deliveries.ship_to_country = named_zone.country and {{ valid_on('named_zone', 'deliveries.cost_date') }}
    left join {{ ref('stg_policy__delivery_zones') }} as other_zone
        on other_zone.country = '*' and {{ valid_on('other_zone', 'deliveries.cost_date') }}

),

charged as (

    select
        zoned.*,
        case
            when zoned.invoice is not null then zoned.invoice
            when zoned.shipment_key is null then per_order.cost_per_order
            when named_mode.zone is not null
                then greatest(
                    named_mode.minimum_charge,
                    named_mode.cost_per_shipment + named_mode.cost_per_kg * zoned.shipment_weight_kg
                )
            else greatest(
                other_mode.minimum_charge,
                other_mode.cost_per_shipment + other_mode.cost_per_kg * zoned.shipment_weight_kg
            )
        end as shipment_cost
    from zoned
    left join {{ ref('stg_policy__delivery_tariffs') }} as per_order
        on zoned.zone = per_order.zone and {{ valid_on('per_order', 'zoned.cost_date') }}
    left join {{ ref('stg_policy__freight_tariffs') }} as named_mode
        on
            zoned.zone = named_mode.zone
            and zoned.transport_mode = named_mode.transport_mode
            and {{ in_weight_band('named_mode', 'zoned.shipment_weight_kg') }}
            and {{ valid_on('named_mode', 'zoned.cost_date') }}
    left join {{ ref('stg_policy__freight_tariffs') }} as other_mode
        on
            zoned.zone = other_mode.zone
            and other_mode.transport_mode = '*'
            and {{ in_weight_band('other_mode', 'zoned.shipment_weight_kg') }}
            and {{ valid_on('other_mode', 'zoned.cost_date') }}

),

final as (

    select
        source_code,
        shipment_key,
        order_key,
        customer_key,
        channel,
        ship_to_country,
        ship_to_region,
        warehouse_id,
        transport_mode,
        cost_date,
        cast(cartons as bigint) as cartons,
        cast(stops as bigint) as stops,
        cast(
            {{ decimal_from('shipment_cost * share_so_far', 4) }} - {{ decimal_from('shipment_cost * share_before', 4) }}
            as decimal(18, 4)
        ) as cost,
        case when invoice is not null then 'actual' else 'estimated' end as basis
    from charged

)

select * from final
