with reseller_sales as (

    select * from {{ source('adventure_works', 'reseller_sales') }}

),

internet_sales as (

    select * from {{ source('adventure_works', 'internet_sales') }}

),

resellers as (

    select * from {{ source('adventure_works', 'resellers') }}

),

customers as (

    select * from {{ source('adventure_works', 'customers') }}

),

geographies as (

    select * from {{ source('adventure_works', 'geographies') }}

),

promotions as (

    select * from {{ source('adventure_works', 'promotions') }}

),

order_lines as (

    select
        delivery_date,
        SalesOrderNumber as order_id,
        SalesOrderLineNumber as line_number,
        'organisation' as customer_type,
        ResellerKey as buyer_key,
        -- a salesperson takes the order of a reseller
        'manual' as channel,
        PromotionKey as promotion_key,
        ExtendedAmount - SalesAmount as discount_amount,
        OrderDate as order_date,
        DueDate as due_date
    from reseller_sales
    union all
    select
        delivery_date,
        SalesOrderNumber as order_id,
        SalesOrderLineNumber as line_number,
        'person' as customer_type,
        CustomerKey as buyer_key,
        'web' as channel,
        PromotionKey as promotion_key,
        ExtendedAmount - SalesAmount as discount_amount,
        OrderDate as order_date,
        DueDate as due_date
    from internet_sales

),

buyers as (

    select
        delivery_date,
        'organisation' as customer_type,
        ResellerKey as buyer_key,
        ResellerAlternateKey as source_customer_id,
        GeographyKey as geography_key
    from resellers
    union all
    select
        delivery_date,
        'person' as customer_type,
        CustomerKey as buyer_key,
        CustomerAlternateKey as source_customer_id,
        GeographyKey as geography_key
    from customers

),

-- an order may stand under several promotions: the one that took most off it names it
promoted_lines as (

    select
        order_lines.delivery_date,
        order_lines.order_id,
        promotions.EnglishPromotionName as promotion_code,
        row_number() over (
            partition by order_lines.delivery_date, order_lines.order_id
            order by order_lines.discount_amount desc, order_lines.line_number asc
        ) as promotion_rank
    from order_lines
    inner join promotions
        on order_lines.delivery_date = promotions.delivery_date and order_lines.promotion_key = promotions.PromotionKey
    where promotions.EnglishPromotionType <> 'No Discount'

),

-- every line of an order names the same customer and days
order_headers as (

    select
        delivery_date,
        order_id,
        min(customer_type) as customer_type,
        min(buyer_key) as buyer_key,
        min(channel) as channel,
        min(order_date) as order_date,
        min(due_date) as due_date
    from order_lines
    group by delivery_date, order_id

),

final as (

    select
        order_headers.delivery_date,
        order_headers.order_id,
        -- an order whose buyer was not delivered is still somebody's, and no guest's
        coalesce(
            buyers.source_customer_id, order_headers.customer_type || ' ' || order_headers.buyer_key
        ) as source_customer_id,
        order_headers.order_date,
        order_headers.channel,
        'sale' as order_kind,
        order_headers.due_date as promised_delivery_date,
        geographies.CountryRegionCode as ship_to_country,
        geographies.StateProvinceName as ship_to_region,
        geographies.PostalCode as ship_to_postal_code,
        promoted_lines.promotion_code,
        false as is_expedited,
        false as is_test,
        {{ absent_columns('orders', [
            'order_id', 'source_customer_id', 'order_date', 'channel', 'order_kind', 'promised_delivery_date', 'ship_to_country',
            'ship_to_region', 'ship_to_postal_code', 'promotion_code', 'is_expedited', 'is_test'
        ]) }}
    from order_headers
    left join buyers
        on
            order_headers.delivery_date = buyers.delivery_date
            and order_headers.customer_type = buyers.customer_type
            and order_headers.buyer_key = buyers.buyer_key
    left join geographies
        on buyers.delivery_date = geographies.delivery_date and buyers.geography_key = geographies.GeographyKey
    left join promoted_lines
        on
            order_headers.delivery_date = promoted_lines.delivery_date
            and order_headers.order_id = promoted_lines.order_id
            and promoted_lines.promotion_rank = 1

)

select * from final
