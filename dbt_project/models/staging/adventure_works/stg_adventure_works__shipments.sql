with reseller_sales as (

    select * from {{ source('adventure_works', 'reseller_sales') }}

),

internet_sales as (

    select * from {{ source('adventure_works', 'internet_sales') }}

),

products as (

    select * from {{ source('adventure_works', 'products') }}

),

order_lines as (

    select
        delivery_date,
        SalesOrderNumber as order_id,
        CarrierTrackingNumber as tracking_number,
        ProductKey as product_version_key,
        ShipDate as shipped_date,
        OrderQuantity as quantity
    from reseller_sales
    union all
    select
        delivery_date,
        SalesOrderNumber as order_id,
        cast(null as string) as tracking_number,
        ProductKey as product_version_key,
        ShipDate as shipped_date,
        OrderQuantity as quantity
    from internet_sales

),

weighed as (

    select
        order_lines.*,
        -- a decimal, so that the sum does not depend on the order of the lines
        cast(order_lines.quantity * case trim(products.WeightUnitMeasureCode)
            when 'LB' then products.Weight * 0.45359237
            when 'G' then products.Weight / 1000
        end as decimal(18, 6)) as weight_kg
    from order_lines
    left join products
        on order_lines.delivery_date = products.delivery_date and order_lines.product_version_key = products.ProductKey

),

final as (

    select
        delivery_date,
        -- an order leaves as one shipment, which has a number of its own where the carrier gave one
        coalesce(min(tracking_number), order_id) as shipment_id,
        order_id,
        min(shipped_date) as shipped_date,
        cast(sum(quantity) as decimal(18, 3)) as units,
        -- a shipment weighs what all its units weigh; where one of them is unknown, so is the whole
        case when count(weight_kg) = count(*) then cast(sum(weight_kg) as double) end as weight_kg,
        {{ absent_columns('shipments', ['shipment_id', 'order_id', 'shipped_date', 'units', 'weight_kg']) }}
    from weighed
    group by delivery_date, order_id
    having min(shipped_date) is not null

)

select * from final
