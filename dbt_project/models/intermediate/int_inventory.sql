{{ newest_delivery_of(
    ref('int_inventory_united'),
    key=['source_code', 'warehouse_id', 'product_key', 'inventory_date'],
    columns=[
        'source_code', 'warehouse_id', 'product_key', 'inventory_date', 'customer_key',
        'units', 'inventory_value'
    ]
) }}
