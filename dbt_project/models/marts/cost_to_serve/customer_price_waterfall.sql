{#- step, its place, the column that carries it, whether it is a sum of the steps before -#}
{%- set steps = [
    ('list_price', 1, 'list_amount', false),
    ('on_invoice_discount', 2, 'discount_amount', false),
    ('invoice_price', 3, 'invoice_amount', true),
    ('returns', 4, 'return_amount', false),
    ('net_revenue', 5, 'net_revenue', true),
    ('off_invoice', 6, 'off_invoice_amount', false),
    ('pocket_price', 7, 'pocket_amount', true),
    ('freight_charged', 8, 'freight_charged', false),
    ('cost_of_goods', 9, '-cost_of_goods', false),
    ('gross_margin', 10, 'gross_margin', true),
    ('net_contribution', 99, 'net_contribution', true),
] -%}
{#- Of the newest date only: each customer has a dozen of steps, and nobody reads those of past dates. -#}
with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

profitability as (

    select * from {{ ref('customer_profitability') }}
    where as_of_date in (select as_of_date from newest)

),

steps as (
    {% for step, step_number, amount, is_subtotal in steps %}
    select
        as_of_date,
        source_code,
        customer_key,
        '{{ step }}' as step,
        {{ step_number }} as step_number,
        {{ is_subtotal | lower }} as is_subtotal,
        {{ amount }} as amount
    from profitability
    union all
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
    where as_of_date in (select as_of_date from newest)

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
