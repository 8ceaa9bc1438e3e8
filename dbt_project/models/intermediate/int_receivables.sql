{{ newest_delivery_of(
    ref('int_receivables_united'),
    key=['source_code', 'customer_key', 'month'],
    columns=[
        'source_code', 'customer_key', 'month', 'average_balance'
    ]
) }}
