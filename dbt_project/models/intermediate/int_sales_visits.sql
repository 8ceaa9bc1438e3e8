{{ newest_delivery_of(
    ref('int_sales_visits_united'),
    key=['source_code', 'visit_id'],
    columns=[
        'source_code', 'visit_id', 'customer_key', 'visit_date', 'minutes'
    ]
) }}
