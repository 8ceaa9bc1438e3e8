{{ config(materialized='incremental', incremental_strategy='append') }}

-- depends_on: {{ ref('int_changed_deliveries') }}

with orders as (

    select * from {{ ref('int_orders_united') }}
    {%- if is_incremental() %}
    where delivery_date in ({{ delivery_date_literals(ref('int_changed_deliveries')) }})
    {%- endif %}

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

final as (

    select distinct
        orders.source_code,
        orders.customer_key,
        sources.source,
        orders.source_customer_id
    from orders
    inner join sources on orders.source_code = sources.source_code
    where
        {% if is_incremental() -%}
        (orders.source_code, orders.customer_key) not in (select source_code, customer_key from {{ this }})
        and {% endif -%}
        orders.customer_key is not null

)

select * from final
