{{ stage_orders('standard') }}
