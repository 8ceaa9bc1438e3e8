{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set naming = [
    'int_orders_united', 'int_customers_united', 'int_service_cases_united', 'int_sales_visits_united',
    'int_survey_responses_united', 'int_receivables_united', 'int_inventory_united'
] %}

-- depends_on: {{ ref('int_changed_deliveries') }}

with named as (

    {% for model in naming -%}
    select source_code, delivery_date, customer_key, source_customer_id from {{ ref(model) }}
    union all
    {% endfor -%}
    -- a customer above another one may never be delivered itself
    select source_code, delivery_date, parent_customer_key, parent_customer_id from {{ ref('int_customers_united') }}
    union all
    -- nor need a customer below one be a customer of its own
    select source_code, delivery_date, sold_to_key, sold_to_id from {{ ref('int_orders_united') }}
    union all
    select source_code, delivery_date, customer_key, source_customer_id from {{ ref('int_customer_parents') }}

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

final as (

    select distinct
        named.source_code,
        named.customer_key,
        sources.source,
        named.source_customer_id
    from named
    inner join sources on named.source_code = sources.source_code
    where
        {% if is_incremental() -%}
        named.delivery_date in ({{ delivery_date_literals(ref('int_changed_deliveries')) }})
        and (named.source_code, named.customer_key) not in (select source_code, customer_key from {{ this }})
        and {% endif -%}
        named.customer_key is not null

)

select * from final
