{{ config(materialized='view') }}

with bounds as (

    select
        min(window_start_date) as after_date,
        max(as_of_date) as last_date
    from {{ ref('int_as_of_dates') }}

),

sold_lines as (

    select lines.* from {{ ref('fct_order_lines') }} as lines
    inner join bounds on lines.order_date > bounds.after_date and lines.order_date <= bounds.last_date
    where lines.line_outcome in ('sale', 'return') and lines.customer_key is not null

),

-- a charge for carriage counts where its order does
charges as (

    select lines.* from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders
        on lines.source_code = orders.source_code and lines.order_key = orders.order_key
    inner join bounds on lines.order_date > bounds.after_date and lines.order_date <= bounds.last_date
    where lines.line_outcome = 'shipping' and lines.customer_key is not null and orders.order_kind in ('sale', 'credit')

),

returns as (

    select returns.* from {{ ref('fct_returns') }} as returns
    inner join bounds on returns.return_date > bounds.after_date and returns.return_date <= bounds.last_date
    where returns.return_outcome = 'return'

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

rebates as (

    select
        rebates.valid_from,
        rebates.valid_to,
        sources.source_code,
        rebates.source_customer_id,
        rebates.rebate_share,
        row_number() over (
            partition by sources.source_code, rebates.source_customer_id, rebates.valid_from
            order by case when rebates.source = '*' then 1 else 0 end
        ) as preference
    from {{ ref('stg_policy__off_invoice_rebates') }} as rebates
    inner join sources
        on rebates.source in ('*', sources.source)

),

own_rebates as (

    select
        rebates.*,
        identities.customer_key
    from rebates
    inner join {{ ref('int_customers') }} as identities
        on
            rebates.source_code = identities.source_code
            and rebates.source_customer_id = identities.source_customer_id
    where rebates.preference = 1

),

other_rebates as (

    select * from rebates
    where source_customer_id = '*' and preference = 1

),

priced as (

    select
        sold_lines.source_code,
        sold_lines.order_key,
        sold_lines.line_number,
        sold_lines.customer_key,
        sold_lines.product_key,
        sold_lines.order_date as price_date,
        sold_lines.line_outcome,
        -- without a list price the price before the discount stands for it; a product is narrowed at once, wide ones are slow
        case
            when sold_lines.line_outcome = 'return' then cast(0 as decimal(18, 4))
            else coalesce(
                cast(sold_lines.quantity * products.list_price as decimal(18, 4)),
                cast(sold_lines.net_amount + sold_lines.discount_amount as decimal(18, 4))
            )
        end as list_amount,
        case when sold_lines.line_outcome = 'sale' then sold_lines.net_amount else 0 end as invoice_amount,
        case when sold_lines.line_outcome = 'return' then sold_lines.net_amount else 0 end as return_amount,
        0 as freight_charged,
        cast(sold_lines.quantity * sold_lines.unit_cost as decimal(18, 4)) as cost_of_goods
    from sold_lines
    left join {{ ref('int_product_versions') }} as products
        on
            sold_lines.source_code = products.source_code
            and sold_lines.product_key = products.product_key
            and {{ valid_on('products', 'sold_lines.order_date') }}
    union all
    select
        source_code,
        order_key,
        line_number,
        customer_key,
        product_key,
        order_date as price_date,
        line_outcome,
        0 as list_amount,
        0 as invoice_amount,
        0 as return_amount,
        net_amount as freight_charged,
        0 as cost_of_goods
    from charges
    union all
    select
        source_code,
        order_key,
        line_number,
        customer_key,
        product_key,
        return_date as price_date,
        'return' as line_outcome,
        0 as list_amount,
        0 as invoice_amount,
        return_amount,
        0 as freight_charged,
        cost_of_goods
    from returns

),

with_rebate as (

    select
        priced.*,
        coalesce(own_rebates.rebate_share, other_rebates.rebate_share, 0) as rebate_share
    from priced
    left join own_rebates
        on
            priced.source_code = own_rebates.source_code
            and priced.customer_key = own_rebates.customer_key
            and {{ valid_on('own_rebates', 'priced.price_date') }}
    left join other_rebates
        on priced.source_code = other_rebates.source_code and {{ valid_on('other_rebates', 'priced.price_date') }}

),

stepped as (

    select
        source_code,
        order_key,
        line_number,
        customer_key,
        product_key,
        price_date,
        line_outcome,
        cast(list_amount as decimal(18, 4)) as list_amount,
        cast(invoice_amount as decimal(18, 4)) as invoice_amount,
        cast(return_amount as decimal(18, 4)) as return_amount,
        case
            when rebate_share = 0 then cast(0 as decimal(18, 4))
            else cast(-rebate_share * {{ factor('invoice_amount + return_amount') }} as decimal(18, 4))
        end as off_invoice_amount,
        cast(freight_charged as decimal(18, 4)) as freight_charged,
        cast(cost_of_goods as decimal(18, 4)) as cost_of_goods
    from with_rebate

),

final as (

    select
        source_code,
        order_key,
        line_number,
        customer_key,
        product_key,
        price_date,
        line_outcome,
        list_amount,
        cast(invoice_amount - list_amount as decimal(18, 4)) as discount_amount,
        invoice_amount,
        return_amount,
        cast(invoice_amount + return_amount as decimal(18, 4)) as net_revenue,
        off_invoice_amount,
        cast(invoice_amount + return_amount + off_invoice_amount as decimal(18, 4)) as pocket_amount,
        freight_charged,
        cost_of_goods,
        cast(invoice_amount + return_amount + off_invoice_amount + freight_charged - cost_of_goods as decimal(18, 4))
            as gross_margin
    from stepped

)

select * from final
