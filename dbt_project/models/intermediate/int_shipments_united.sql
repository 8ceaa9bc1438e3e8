{{ config(materialized='view') }}

with shipments as (

    {{ union_sources('shipments') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('shipment_id') }} as shipment_key,
        {{ integer_key('order_id') }} as order_key,
        carrier,
        transport_mode,
        warehouse_id,
        shipped_date,
        delivered_date,
        units,
        cartons,
        weight_kg,
        stops,
        freight_cost,
        is_damaged,
        has_document_error
    from shipments

)

select * from final
