{{ stage_order_lines('standard') }}
