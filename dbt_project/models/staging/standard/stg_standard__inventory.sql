{{ stage_inventory('standard') }}
