{{ stage_order_lines('demo') }}
