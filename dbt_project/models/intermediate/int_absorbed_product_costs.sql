{#- Built after everything that is incremental: the costs that a finished refresh has taken in. -#}

-- depends_on: {{ ref('int_customer_day') }}
-- depends_on: {{ ref('fct_orders') }}
select
    source_code,
    product_key,
    valid_from,
    valid_to,
    unit_cost
from {{ ref('int_product_versions') }}
