{{ config(materialized='view') }}

with order_lines as (

    -- sources that book returns in their orders; a guest's return is work too
    select * from {{ ref('fct_order_lines') }}
    where line_outcome = 'return' or (line_outcome = 'unidentified' and quantity < 0)

),

returns as (

    -- a return whose order nobody knows was handled all the same
    select * from {{ ref('fct_returns') }}
    where return_outcome in ('return', 'unidentified', 'order_unknown')

),

final as (

    select
        source_code,
        order_key as return_key,
        line_number,
        order_key,
        product_key,
        customer_key,
        order_date as return_date,
        -quantity as quantity,
        net_amount as return_amount,
        cast(quantity * unit_cost as decimal(18, 4)) as cost_of_goods,
        cast(null as string) as reason
    from order_lines
    union all
    select
        source_code,
        return_key,
        0 as line_number,
        order_key,
        product_key,
        customer_key,
        return_date,
        quantity,
        return_amount,
        cost_of_goods,
        reason
    from returns

)

select * from final
