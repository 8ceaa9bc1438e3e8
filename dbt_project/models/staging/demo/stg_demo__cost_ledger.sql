{{ stage_cost_ledger('demo') }}
