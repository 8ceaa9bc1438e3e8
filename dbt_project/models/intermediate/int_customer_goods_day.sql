{#- What kind of goods a customer bought on a day: the narrow table from which loyalty to brands and categories is read for any
    as-of date. A product belongs where its description of the order date puts it. -#}

with order_lines as (

    select
        source_code,
        customer_key,
        order_date,
        product_key,
        sum(net_amount) as sale_amount
    from {{ ref('fct_order_lines') }}
    where line_outcome = 'sale'
    group by source_code, customer_key, order_date, product_key

),

final as (

    select
        order_lines.source_code,
        order_lines.customer_key,
        order_lines.order_date,
        products.category,
        products.brand,
        cast(sum(order_lines.sale_amount) as decimal(18, 4)) as sale_amount
    from order_lines
    inner join {{ ref('int_product_versions') }} as products
        on
            order_lines.source_code = products.source_code
            and order_lines.product_key = products.product_key
            and {{ valid_on('products', 'order_lines.order_date') }}
    where products.category is not null or products.brand is not null
    group by
        order_lines.source_code, order_lines.customer_key, order_lines.order_date, products.category, products.brand

)

select * from final
