{#- Built after everything that is incremental: the returns that a finished refresh has taken in. -#}

-- depends_on: {{ ref('int_customer_day') }}
select
    source_code,
    return_key,
    customer_key,
    ship_to_country,
    return_date,
    return_amount,
    cost_of_goods
from {{ ref('fct_returns') }}
where return_outcome = 'return'
