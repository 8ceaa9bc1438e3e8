with reseller_sales as (

    select * from {{ source('adventure_works', 'reseller_sales') }}

),

internet_sales as (

    select * from {{ source('adventure_works', 'internet_sales') }}

),

reseller_freight as (

    select * from {{ source('adventure_works', 'reseller_freight') }}

),

internet_freight as (

    select * from {{ source('adventure_works', 'internet_freight') }}

),

products as (

    select * from {{ source('adventure_works', 'products') }}

),

{%- set sold_columns = [
    'delivery_date', 'SalesOrderNumber', 'SalesOrderLineNumber', 'ProductKey', 'OrderQuantity', 'UnitPrice', 'ExtendedAmount',
    'SalesAmount', 'ProductStandardCost'
] | join(', ') %}

sold as (

    select {{ sold_columns }} from reseller_sales
    union all
    select {{ sold_columns }} from internet_sales

),

freight as (

    select delivery_date, SalesOrderNumber, SalesOrderLineNumber, Freight from reseller_freight
    union all
    select delivery_date, SalesOrderNumber, SalesOrderLineNumber, Freight from internet_freight

),

final as (

    select
        sold.delivery_date,
        sold.SalesOrderNumber as order_id,
        sold.SalesOrderLineNumber as line_number,
        coalesce(products.ProductAlternateKey, 'version ' || sold.ProductKey) as product_id,
        'product' as line_type,
        cast(sold.OrderQuantity as decimal(18, 3)) as quantity,
        sold.UnitPrice as unit_price,
        -- DiscountAmount was rounded apart from SalesAmount and misses it by 0.0001 on some lines
        sold.ExtendedAmount - sold.SalesAmount as discount_amount,
        sold.ProductStandardCost as unit_cost
    from sold
    left join products
        on sold.delivery_date = products.delivery_date and sold.ProductKey = products.ProductKey
    union all
    select
        delivery_date,
        SalesOrderNumber as order_id,
        -- the source numbers its lines in one byte, so a freight line never takes the number of a product line
        1000 + SalesOrderLineNumber as line_number,
        'FREIGHT' as product_id,
        'shipping' as line_type,
        cast(1 as decimal(18, 3)) as quantity,
        Freight as unit_price,
        cast(0 as decimal(18, 4)) as discount_amount,
        cast(null as decimal(18, 4)) as unit_cost
    from freight

)

select * from final
