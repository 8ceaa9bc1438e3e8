{{ config(materialized='view') }}

with order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

cancelled_orders as (

    select source_code, order_key from {{ ref('fct_orders') }}
    where order_kind not in ('sale', 'credit')

),

returns as (

    select * from {{ ref('fct_returns') }}
    where return_outcome = 'return'

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

rebates as (

    select
        rebates.valid_from,
        rebates.valid_to,
        sources.source_code,
        identities.customer_key,
        rebates.rebate_share,
        rebates.source_customer_id = '*' as is_for_every_customer,
        rebates.source = '*' as is_for_every_source
    from {{ ref('stg_policy__off_invoice_rebates') }} as rebates
    inner join sources
        on rebates.source in ('*', sources.source)
    left join {{ ref('int_customers') }} as identities
        on
            sources.source_code = identities.source_code
            and rebates.source_customer_id = identities.source_customer_id

),

priced as (

    select
        order_lines.source_code,
        order_lines.order_key,
        order_lines.line_number,
        order_lines.customer_key,
        order_lines.product_key,
        order_lines.order_date as price_date,
        order_lines.line_outcome,
        -- without a list price the price before the discount stands for it
        case
            when order_lines.line_outcome <> 'sale' then 0
            else coalesce(
                order_lines.quantity * products.list_price,
                order_lines.net_amount + order_lines.discount_amount
            )
        end as list_amount,
        case when order_lines.line_outcome = 'sale' then order_lines.net_amount else 0 end as invoice_amount,
        case when order_lines.line_outcome = 'return' then order_lines.net_amount else 0 end as return_amount,
        case when order_lines.line_outcome = 'shipping' then order_lines.net_amount else 0 end as freight_charged,
        case when order_lines.line_outcome = 'shipping' then 0 else order_lines.quantity * order_lines.unit_cost end
            as cost_of_goods
    from order_lines
    left join {{ ref('int_product_versions') }} as products
        on
            order_lines.source_code = products.source_code
            and order_lines.product_key = products.product_key
            and {{ valid_on('products', 'order_lines.order_date') }}
    where
        order_lines.customer_key is not null
        and (
            order_lines.line_outcome in ('sale', 'return')
            or (
                order_lines.line_outcome = 'shipping'
                and (order_lines.source_code, order_lines.order_key) not in (
                    select source_code, order_key from cancelled_orders
                )
            )
        )
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
        coalesce(own_rebate.rebate_share, source_rebate.rebate_share, general_rebate.rebate_share, 0) as rebate_share
    from priced
    left join rebates as own_rebate
        on
            priced.source_code = own_rebate.source_code
            and priced.customer_key = own_rebate.customer_key
            and {{ valid_on('own_rebate', 'priced.price_date') }}
    left join rebates as source_rebate
        on
            priced.source_code = source_rebate.source_code
            and source_rebate.is_for_every_customer
            and not source_rebate.is_for_every_source
            and {{ valid_on('source_rebate', 'priced.price_date') }}
    left join rebates as general_rebate
        on
            priced.source_code = general_rebate.source_code
            and general_rebate.is_for_every_customer
            and general_rebate.is_for_every_source
            and {{ valid_on('general_rebate', 'priced.price_date') }}

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
        cast(-rebate_share * cast(invoice_amount + return_amount as decimal(28, 4)) as decimal(18, 4)) as off_invoice_amount,
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
