{{ stage_sales_visits('standard') }}
