{#- Taken after the facts changed; the days on which the touched orders stood before come from int_touched_customer_days. -#}
{%- set absorbed_returns = absorbed_before('int_absorbed_returns') -%}
{%- set return_columns = [
    'source_code', 'return_key', 'customer_key', 'ship_to_country', 'return_date', 'return_amount', 'cost_of_goods'
] -%}

-- depends_on: {{ ref('int_touched_orders') }}
-- depends_on: {{ ref('fct_order_lines') }}
-- depends_on: {{ ref('fct_returns') }}
with touched_days as (

    select source_code, customer_key, order_date from {{ ref('int_touched_customer_days') }}

),

{% if absorbed_returns is not none -%}
touched_orders as (

    select distinct source_code, order_key from {{ ref('int_touched_orders') }}

),

returns as (

    select {{ return_columns | join(', ') }} from {{ ref('fct_returns') }}
    where return_outcome = 'return'

),

absorbed_returns as (

    select {{ return_columns | join(', ') }} from {{ absorbed_returns }}

),

-- came, changed or went: both the old and the new row of a changed return show up
changed_returns as (

    (select * from returns except select * from absorbed_returns)
    union all
    (select * from absorbed_returns except select * from returns)

),

{% endif -%}
final as (

    select source_code, customer_key, order_date from touched_days
    {%- if absorbed_returns is not none %}
    union
    select lines.source_code, lines.customer_key, lines.order_date
    from {{ ref('fct_order_lines') }} as lines
    inner join touched_orders
        on lines.source_code = touched_orders.source_code and lines.order_key = touched_orders.order_key
    where lines.customer_key is not null and lines.order_date is not null
    union
    select source_code, customer_key, return_date as order_date from changed_returns
    {%- endif %}

)

select * from final
