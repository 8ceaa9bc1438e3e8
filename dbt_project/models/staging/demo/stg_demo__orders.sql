{{ stage_orders('demo') }}
