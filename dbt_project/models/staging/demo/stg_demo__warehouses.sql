{{ stage_warehouses('demo') }}
