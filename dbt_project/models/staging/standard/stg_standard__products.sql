{{ stage_products('standard') }}
