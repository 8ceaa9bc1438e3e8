{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched(ref('int_recomputed_customer_days'), ['source_code', 'customer_key', 'order_date']) }}"
) }}

with order_lines as (

    select * from {{ ref('fct_order_lines') }}
    where
        {% if is_incremental() -%}
        (source_code, customer_key, order_date) in (
            select source_code, customer_key, order_date from {{ ref('int_recomputed_customer_days') }}
        )
        and {% endif -%}
        customer_key is not null
        and order_date is not null
        and line_outcome <> 'superseded'

),

returns as (

    select * from {{ ref('fct_returns') }}
    where
        {% if is_incremental() -%}
        (source_code, customer_key, return_date) in (
            select source_code, customer_key, order_date from {{ ref('int_recomputed_customer_days') }}
        )
        and {% endif -%}
        return_outcome = 'return'

),

movements as (

    select
        source_code,
        customer_key,
        order_date,
        ship_to_country,
        1 as is_order_line,
        order_key,
        line_outcome,
        net_amount,
        case when line_outcome in ('sale', 'return') then quantity * unit_cost end as cost_of_goods
    from order_lines
    union all
    select
        source_code,
        customer_key,
        return_date as order_date,
        ship_to_country,
        0 as is_order_line,
        order_key,
        'return' as line_outcome,
        return_amount as net_amount,
        cost_of_goods
    from returns

),

final as (

    select
        source_code,
        customer_key,
        order_date,
        coalesce(ship_to_country, 'unknown') as ship_to_country,
        max(is_order_line) = 1 as has_order,
        count(distinct case when line_outcome = 'sale' then order_key end) as sale_order_count,
        count(case when line_outcome = 'sale' then 1 end) as sale_line_count,
        count(case when line_outcome = 'return' then 1 end) as return_line_count,
        cast(sum(case when line_outcome = 'sale' then net_amount else 0 end) as decimal(18, 4)) as sale_amount,
        cast(sum(case when line_outcome = 'return' then net_amount else 0 end) as decimal(18, 4)) as return_amount,
        -- goods that came back are stock again, so a return lessens the cost of what was sold
        {{ narrowed('sum(coalesce(cost_of_goods, 0))', 7, 4) }} as known_cost_of_goods,
        cast(
            sum(case when line_outcome in ('sale', 'return') and cost_of_goods is null then net_amount else 0 end)
            as decimal(18, 4)
        ) as amount_without_cost,
        count(
            case when line_outcome in ('sale', 'return') and cost_of_goods is null then 1 end
        ) as line_without_cost_count
    from movements
    group by source_code, customer_key, order_date, coalesce(ship_to_country, 'unknown')

)

select * from final
