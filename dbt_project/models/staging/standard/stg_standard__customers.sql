{{ stage_customers('standard') }}
