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

final as (

    select
        source_code,
        customer_key,
        order_date,
        coalesce(ship_to_country, 'unknown') as ship_to_country,
        count(distinct case when line_outcome = 'sale' then order_key end) as sale_order_count,
        count(case when line_outcome = 'sale' then 1 end) as sale_line_count,
        count(case when line_outcome = 'return' then 1 end) as return_line_count,
        cast(sum(case when line_outcome = 'sale' then net_amount else 0 end) as decimal(18, 4)) as sale_amount,
        cast(sum(case when line_outcome = 'return' then net_amount else 0 end) as decimal(18, 4)) as return_amount,
        -- goods that came back are stock again, so a return lessens the cost of what was sold
        cast(
            sum(case when line_outcome in ('sale', 'return') then quantity * coalesce(unit_cost, 0) else 0 end)
            as decimal(18, 4)
        ) as known_cost_of_goods,
        cast(
            sum(case when line_outcome in ('sale', 'return') and unit_cost is null then net_amount else 0 end)
            as decimal(18, 4)
        ) as amount_without_cost,
        count(
            case when line_outcome in ('sale', 'return') and unit_cost is null then 1 end
        ) as line_without_cost_count
    from order_lines
    group by source_code, customer_key, order_date, coalesce(ship_to_country, 'unknown')

)

select * from final
