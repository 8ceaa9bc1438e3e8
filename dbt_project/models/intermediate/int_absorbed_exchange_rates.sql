{#- Built after everything that is incremental: the rates that a finished refresh has taken in. -#}

-- depends_on: {{ ref('int_customer_day') }}
-- depends_on: {{ ref('fct_orders') }}
select
    source_code,
    currency,
    valid_from,
    valid_to,
    rate_to_base
from {{ ref('int_exchange_rates') }}
