{#- The rule of the category roll-up, down to the line: what an order costs falls to its lines in equal parts, what came back to
    the line that came back. A view of the newest as-of date: asked for seldom, and as long as lines x activities. -#}
{{ config(materialized='view') }}

with costs as (

    select
        as_of_dates.as_of_date,
        costs.*
    from {{ ref('fct_activity_costs') }} as costs
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on costs.cost_date <= as_of_dates.as_of_date and costs.cost_date > as_of_dates.window_start_date
    where costs.customer_key is not null and as_of_dates.is_newest

),

order_lines as (

    select
        source_code,
        order_key,
        line_number,
        row_number() over (partition by source_code, order_key order by line_number) as line_place,
        count(*) over (partition by source_code, order_key) as line_count
    from {{ ref('fct_order_lines') }}
    where
        line_outcome in ('sale', 'unidentified')
        and quantity > 0
        and (source_code, order_key) in (select source_code, order_key from costs)

),

returns as (

    select source_code, return_key, line_number from {{ ref('fct_returns') }}
    where return_outcome in ('return', 'unidentified', 'order_unknown')

),

returned as (

    select
        costs.as_of_date,
        costs.source_code,
        costs.customer_key,
        costs.order_key,
        -- a credit order names the line itself; the returns feed may name one, or the order only
        coalesce(returns.line_number, case when costs.part_key <> 0 then costs.part_key end) as line_number,
        costs.activity,
        costs.cost
    from costs
    left join returns
        on costs.source_code = returns.source_code and costs.event_key = returns.return_key
    where costs.activity = 'returns'

),

ordered as (

    select
        as_of_date,
        source_code,
        customer_key,
        order_key,
        activity,
        sum(cost) as cost
    from costs
    where activity <> 'returns'
    group by as_of_date, source_code, customer_key, order_key, activity

),

-- the part that a line and those before it make up, less the part before it: the lines of an order end at exactly its cost
divided as (

    select
        ordered.as_of_date,
        ordered.source_code,
        ordered.customer_key,
        ordered.order_key,
        order_lines.line_number,
        ordered.activity,
        case
            when order_lines.line_number is null then ordered.cost
            else
                cast(cast(ordered.cost as double) * order_lines.line_place / order_lines.line_count as decimal(18, 8))
                - cast(cast(ordered.cost as double) * (order_lines.line_place - 1) / order_lines.line_count as decimal(18, 8))
        end as cost
    from ordered
    left join order_lines
        on ordered.source_code = order_lines.source_code and ordered.order_key = order_lines.order_key

),

united as (

    select * from returned
    union all
    select * from divided

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        order_key,
        cast(line_number as bigint) as line_number,
        activity,
        cast(sum(cost) as decimal(18, 8)) as cost
    from united
    group by as_of_date, source_code, customer_key, order_key, line_number, activity

)

select * from final
