{#- Built after everything that a later refresh builds upon. -#}

-- depends_on: {{ ref('int_absorbed_returns') }}
-- depends_on: {{ ref('int_absorbed_product_costs') }}
-- depends_on: {{ ref('int_absorbed_exchange_rates') }}
-- depends_on: {{ ref('int_absorbed_deliveries') }}
-- depends_on: {{ ref('segment_migration_as_of') }}
select
    plan_id,
    fingerprint
from {{ ref('int_refresh_plan') }}
