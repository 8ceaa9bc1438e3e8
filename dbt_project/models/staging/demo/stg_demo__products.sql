{{ stage_products('demo') }}
