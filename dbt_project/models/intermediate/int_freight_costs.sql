with shipments as (

    select * from {{ ref('int_shipments') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

shipped_orders as (

    select
        shipments.source_code,
        shipments.shipment_key,
        shipments.order_key,
        orders.customer_key,
        orders.ship_to_country,
        coalesce(shipments.warehouse_id, orders.warehouse_id) as warehouse_id,
        shipments.transport_mode,
        coalesce(shipments.shipped_date, shipments.delivered_date, orders.order_date) as cost_date,
        coalesce(shipments.cartons, 0) as cartons,
        coalesce(shipments.stops, 0) as stops,
        shipments.freight_cost,
        {{ decimal_from('coalesce(shipments.weight_kg, 0)', 4) }} as weight_kg
    from shipments
    left join orders
        on shipments.source_code = orders.source_code and shipments.order_key = orders.order_key

),

whole_shipments as (

    select
        source_code,
        shipment_key,
        min(cost_date) as cost_date,
        max(freight_cost) as invoice,
        cast(sum(weight_kg) as decimal(18, 4)) as weight_kg,
        count(*) as part_count
    from shipped_orders
    group by source_code, shipment_key

),

-- most shipments carry one order: only the others have to be put in an order of their own
shared_parts as (

    select
        shipped_orders.source_code,
        shipped_orders.shipment_key,
        shipped_orders.order_key,
        row_number() over parts_in_order as part_number,
        -- an order stands once in a shipment, so that each row is the only one of its place
        cast(sum(shipped_orders.weight_kg) over parts_in_order as decimal(18, 4)) as weight_so_far_kg
    from shipped_orders
    inner join whole_shipments
        on
            shipped_orders.source_code = whole_shipments.source_code
            and shipped_orders.shipment_key = whole_shipments.shipment_key
            and whole_shipments.part_count > 1
    window parts_in_order as (
        partition by shipped_orders.source_code, shipped_orders.shipment_key
        order by shipped_orders.order_key
    )

),

-- one row per order in a shipment, with what decides its part of the shipment's cost
parts as (

    select
        shipped_orders.source_code,
        shipped_orders.shipment_key,
        shipped_orders.order_key,
        shipped_orders.customer_key,
        shipped_orders.ship_to_country,
        shipped_orders.warehouse_id,
        shipped_orders.transport_mode,
        whole_shipments.cost_date,
        shipped_orders.cartons,
        shipped_orders.stops,
        whole_shipments.invoice,
        whole_shipments.weight_kg as shipment_weight_kg,
        whole_shipments.part_count,
        coalesce(shared_parts.part_number, 1) as part_number,
        coalesce(shared_parts.weight_so_far_kg, shipped_orders.weight_kg) as weight_so_far_kg,
        shipped_orders.weight_kg
    from shipped_orders
    inner join whole_shipments
        on
            shipped_orders.source_code = whole_shipments.source_code
            and shipped_orders.shipment_key = whole_shipments.shipment_key
    left join shared_parts
        on
            shipped_orders.source_code = shared_parts.source_code
            and shipped_orders.shipment_key = shared_parts.shipment_key
            and shipped_orders.order_key = shared_parts.order_key

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
        ship_to_country,
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
        ship_to_country,
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

-- once per place and day: a comparison with every other country beside the keys would be made row by row
places as (

    select distinct coalesce(ship_to_country, '*') as country, cost_date from deliveries

),

zones as (

    select
        places.country,
        places.cost_date,
        coalesce(named_zone.zone, other_zone.zone) as zone
    from places
    left join {{ ref('stg_policy__delivery_zones') }} as named_zone
        on places.country = named_zone.country and {{ valid_on('named_zone', 'places.cost_date') }}
    left join {{ ref('stg_policy__delivery_zones') }} as other_zone
        on other_zone.country = '*' and {{ valid_on('other_zone', 'places.cost_date') }}

),

zoned as (

    select
        deliveries.*,
        zones.zone
    from deliveries
    left join zones
        on coalesce(deliveries.ship_to_country, '*') = zones.country and deliveries.cost_date = zones.cost_date

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
