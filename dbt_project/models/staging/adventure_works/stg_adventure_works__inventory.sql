with inventory as (

    select * from {{ source('adventure_works', 'inventory') }}

),

products as (

    select * from {{ source('adventure_works', 'products') }}

),

final as (

    select
        inventory.delivery_date,
        -- the source knows one stock and gives it no name
        'adventure_works' as warehouse_id,
        products.ProductAlternateKey as product_id,
        inventory.MovementDate as inventory_date,
        -- the versions of a product have stocks of their own
        cast(sum(inventory.UnitsBalance) as decimal(18, 3)) as units,
        cast(sum(inventory.UnitsBalance * inventory.UnitCost) as decimal(18, 4)) as inventory_value,
        {{ absent_columns('inventory', ['warehouse_id', 'product_id', 'inventory_date', 'units', 'inventory_value']) }}
    from inventory
    inner join products
        on inventory.delivery_date = products.delivery_date and inventory.ProductKey = products.ProductKey
    group by inventory.delivery_date, products.ProductAlternateKey, inventory.MovementDate

)

select * from final
