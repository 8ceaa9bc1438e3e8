with order_lines as (

    select * from {{ ref('fct_order_lines') }}
    -- a header without lines keeps a row in the fact, but is no line
    where quantity is not null

),

as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

final as (

    select
        as_of_dates.as_of_date,
        order_lines.source_code,
        case
            when order_lines.line_outcome <> 'superseded' and order_lines.order_date > as_of_dates.as_of_date then 'after_as_of'
            else order_lines.line_outcome
        end as line_outcome,
        count(*) as line_count,
        cast(coalesce(sum(order_lines.net_amount), 0) as decimal(18, 4)) as net_amount,
        cast(
            sum(coalesce(order_lines.order_currency_amount, order_lines.net_amount)) as decimal(18, 4)
        ) as order_currency_amount
    from order_lines
    cross join as_of_dates
    group by 1, 2, 3

)

select * from final
