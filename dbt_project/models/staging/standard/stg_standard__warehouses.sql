{{ stage_warehouses('standard') }}
