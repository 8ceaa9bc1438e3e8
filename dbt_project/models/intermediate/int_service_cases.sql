{{ newest_delivery_of(
    ref('int_service_cases_united'),
    key=['source_code', 'case_id'],
    columns=[
        'source_code', 'case_id', 'customer_key', 'opened_date', 'channel',
        'reason', 'handling_minutes', 'order_key'
    ]
) }}
