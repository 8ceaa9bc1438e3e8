{{ stage_customers('demo') }}
