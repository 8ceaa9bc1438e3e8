{#- Empty in a full refresh, where every order is computed. -#}
{%- set fact = table_before('marts', 'fct_order_lines') -%}
{%- set is_full = refresh_is_full() or fact is none -%}

-- depends_on: {{ ref('int_changed_product_costs') }}
-- depends_on: {{ ref('int_changed_exchange_rates') }}
with changed as (

    select * from {{ ref('int_changed_deliveries') }}

),

-- the orders of the changed deliveries as they are now
landed as (

    {% for lake in [ref('int_orders_united'), ref('int_order_lines_united')] %}
    select source_code, order_key, delivery_date
    from {{ lake }}
    where
        (source_code, delivery_date) in (select source_code, delivery_date from changed)
        and delivery_date in ({{ 'null' if is_full else delivery_date_literals(ref('int_changed_deliveries')) }})
    {% if not loop.last %}union{% endif %}
    {% endfor %}

),

{% if not is_full -%}
touched as (

    select source_code, order_key from landed
    union
    select source_code, order_key from {{ fact }}
    where
        delivery_date in ({{ delivery_date_literals(ref('int_changed_deliveries')) }})
        and (source_code, delivery_date) in (select source_code, delivery_date from changed)
    union
    -- orders with a product that costs something else now
    select lines.source_code, lines.order_key
    from {{ fact }} as lines
    inner join {{ ref('int_changed_product_costs') }} as costs
        on
            lines.source_code = costs.source_code
            and lines.product_key = costs.product_key
            and lines.order_date >= costs.changed_from
            and lines.order_date < costs.changed_to
    union
    -- foreign orders of days with another rate
    select lines.source_code, lines.order_key
    from {{ fact }} as lines
    inner join {{ ref('int_changed_exchange_rates') }} as rates
        on
            lines.source_code = rates.source_code
            and lines.order_date >= rates.changed_from
            and lines.order_date < rates.changed_to
    where lines.order_currency_amount is not null

),

{% endif -%}
final as (

    select * from landed
    {%- if not is_full %}
    union
    -- every delivery in which the fact knows the order, newest or not: it keeps superseded lines for this
    select source_code, order_key, delivery_date from {{ fact }}
    where (source_code, order_key) in (select source_code, order_key from touched)
    {%- endif %}

)

select * from final
