{{ stage_shipments('demo') }}
