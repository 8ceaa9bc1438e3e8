{{ stage_inventory('demo') }}
