{#- step, its place, the column that carries it, whether it is a sum of the steps before -#}
{%- set price_steps = [
    ('list_price', 1, 'list_amount', false),
    ('on_invoice_discount', 2, 'discount_amount', false),
    ('invoice_price', 3, 'invoice_amount', true),
    ('returns', 4, 'return_amount', false),
    ('net_revenue', 5, 'net_revenue', true),
    ('off_invoice', 6, 'off_invoice_amount', false),
    ('pocket_price', 7, 'pocket_amount', true),
    ('freight_charged', 8, 'freight_charged', false),
] -%}
{%- set profit_steps = [
    ('cost_of_goods', 9, '-cost_of_goods', false),
    ('gross_margin', 10, 'gross_margin', true),
    ('net_contribution', 99, 'net_contribution', true),
] -%}
with profitability as (

    select * from {{ ref('customer_profitability') }}

),

-- every known customer has every step: nothing sold is 0 all the way down
prices as (

    select
        {%- for step, step_number, amount, is_subtotal in price_steps %}
        coalesce(price_steps.{{ amount }}, 0) as {{ amount }},
        {%- endfor %}
        profitability.as_of_date,
        profitability.source_code,
        profitability.customer_key
    from profitability
    left join {{ ref('customer_price_steps') }} as price_steps
        on
            profitability.as_of_date = price_steps.as_of_date
            and profitability.source_code = price_steps.source_code
            and profitability.customer_key = price_steps.customer_key

),

steps as (
    {% for relation, steps in [('prices', price_steps), ('profitability', profit_steps)] -%}
    {% for step, step_number, amount, is_subtotal in steps %}
    select
        as_of_date,
        source_code,
        customer_key,
        '{{ step }}' as step,
        {{ step_number }} as step_number,
        {{ is_subtotal | lower }} as is_subtotal,
        {{ amount }} as amount
    from {{ relation }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        as_of_date,
        source_code,
        customer_key,
        'cost_to_serve.' || activity as step,
        11 as step_number,
        false as is_subtotal,
        -cost as amount
    from {{ ref('customer_activity_costs') }}

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        step,
        step_number,
        is_subtotal,
        cast(amount as decimal(18, 4)) as amount
    from steps

)

select * from final
