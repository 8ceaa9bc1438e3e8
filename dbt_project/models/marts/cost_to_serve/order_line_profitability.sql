{{ config(materialized='view') }}

with known_sources as (

    select distinct
        source_code,
        source
    from {{ ref('stg_control__feeds') }}

),

assumed_margins as (

    select
        sources.source_code,
        margins.gross_margin_share,
        margins.valid_from,
        margins.valid_to
    from {{ ref('stg_policy__assumed_margins') }} as margins
    inner join known_sources as sources
        on margins.source = sources.source

),

prices as (

    select
        as_of_dates.as_of_date,
        lines.source_code,
        lines.customer_key,
        lines.order_key,
        lines.line_number,
        lines.list_amount,
        lines.discount_amount,
        lines.return_amount,
        lines.off_invoice_amount,
        lines.freight_charged,
        -- to eight decimals, so that the customer's own figure, rounded once, is the sum of its lines
        coalesce(
            cast(lines.cost_of_goods as decimal(28, 8)),
            cast(lines.net_revenue * (1 - cast(assumed_margins.gross_margin_share as decimal(6, 4))) as decimal(28, 8))
        ) as cost_of_goods,
        case when lines.cost_of_goods is null and assumed_margins.gross_margin_share is null then 1 else 0 end as unknown_costs,
        cast(0 as decimal(18, 8)) as cost_to_serve
    from {{ ref('int_line_prices') }} as lines
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on lines.price_date <= as_of_dates.as_of_date and lines.price_date > as_of_dates.window_start_date
    left join assumed_margins
        on lines.source_code = assumed_margins.source_code and {{ valid_on('assumed_margins', 'as_of_dates.as_of_date') }}
    where as_of_dates.is_newest

),

parts as (

    select * from prices
    union all
    select
        as_of_date,
        source_code,
        customer_key,
        order_key,
        line_number,
        0 as list_amount,
        0 as discount_amount,
        0 as return_amount,
        0 as off_invoice_amount,
        0 as freight_charged,
        0 as cost_of_goods,
        0 as unknown_costs,
        cost as cost_to_serve
    from {{ ref('order_line_costs') }}

),

summed as (

    select
        as_of_date,
        source_code,
        customer_key,
        order_key,
        line_number,
        cast(sum(list_amount) as decimal(18, 4)) as list_amount,
        cast(sum(discount_amount) as decimal(18, 4)) as discount_amount,
        cast(sum(return_amount) as decimal(18, 4)) as return_amount,
        cast(sum(off_invoice_amount) as decimal(18, 4)) as off_invoice_amount,
        cast(sum(freight_charged) as decimal(18, 4)) as freight_charged,
        -- one unknown cost leaves the sum unknown: never zero
        case when max(unknown_costs) = 0 then cast(sum(cost_of_goods) as decimal(28, 8)) end as cost_of_goods,
        cast(sum(cost_to_serve) as decimal(28, 8)) as cost_to_serve
    from parts
    group by as_of_date, source_code, customer_key, order_key, line_number

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        order_key,
        line_number,
        list_amount,
        discount_amount,
        list_amount + discount_amount as invoice_amount,
        return_amount,
        list_amount + discount_amount + return_amount as net_revenue,
        off_invoice_amount,
        list_amount + discount_amount + return_amount + off_invoice_amount as pocket_amount,
        freight_charged,
        cost_of_goods,
        list_amount + discount_amount + return_amount + off_invoice_amount + freight_charged - cost_of_goods as gross_margin,
        cost_to_serve,
        list_amount + discount_amount + return_amount + off_invoice_amount + freight_charged - cost_of_goods - cost_to_serve
            as net_contribution
    from summed

)

select * from final
