{{ stage_sales_visits('demo') }}
