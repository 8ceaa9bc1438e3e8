{#- Built after everything that is incremental: what a finished refresh has taken in. -#}

-- depends_on: {{ ref('int_customer_day') }}
-- depends_on: {{ ref('int_customer_xyz_reviews') }}
-- depends_on: {{ ref('fct_orders') }}
-- depends_on: {{ ref('int_customers') }}
select
    source_code,
    feed,
    delivery_date,
    load_id
from {{ ref('int_deliveries') }}
