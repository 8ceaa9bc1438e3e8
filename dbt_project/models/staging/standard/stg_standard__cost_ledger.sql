{{ stage_cost_ledger('standard') }}
