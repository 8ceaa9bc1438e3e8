{{ config(materialized='view') }}

with warehouses as (

    {{ union_sources('warehouses') }}

),

final as (

    select
        source_code,
        delivery_date,
        warehouse_id,
        country,
        latitude,
        longitude,
        capacity_units
    from warehouses

)

select * from final
