{{ newest_delivery_of(
    ref('int_cost_ledger_united'),
    key=['source_code', 'month', 'pool'],
    columns=[
        'source_code', 'month', 'pool', 'cost', 'practical_capacity_minutes'
    ]
) }}
