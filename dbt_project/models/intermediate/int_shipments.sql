{{ newest_delivery_of(
    ref('int_shipments_united'),
    key=['source_code', 'shipment_key'],
    columns=[
        'source_code', 'shipment_key', 'order_key', 'carrier', 'transport_mode',
        'warehouse_id', 'shipped_date', 'delivered_date', 'units', 'cartons',
        'weight_kg', 'stops', 'freight_cost', 'is_damaged', 'has_document_error'
    ]
) }}
