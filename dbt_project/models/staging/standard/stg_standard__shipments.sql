{{ stage_shipments('standard') }}
