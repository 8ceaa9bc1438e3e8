{{ newest_delivery_of(
    ref('int_returns_united'),
    key=['source_code', 'return_key'],
    columns=[
        'source_code', 'return_key', 'delivery_date', 'order_key', 'line_number', 'product_key', 'return_date',
        'quantity', 'refund_amount', 'reason'
    ]
) }}
