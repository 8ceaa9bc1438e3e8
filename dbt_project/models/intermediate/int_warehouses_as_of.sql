with snapshots as (

    {{ snapshots_as_of(ref('int_warehouses_united')) }}

),

final as (

    select
        snapshots.as_of_date,
        warehouses.source_code,
        warehouses.warehouse_id,
        warehouses.country,
        warehouses.latitude,
        warehouses.longitude,
        warehouses.capacity_units,
        warehouses.delivery_date as snapshot_date,
        warehouses.delivery_date > snapshots.as_of_date as is_later_snapshot
    from {{ ref('int_warehouses_united') }} as warehouses
    inner join snapshots
        on warehouses.source_code = snapshots.source_code and warehouses.delivery_date = snapshots.delivery_date

)

select * from final
