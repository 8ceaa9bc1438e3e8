with products as (

    select * from {{ source('adventure_works', 'products') }}

),

subcategories as (

    select * from {{ source('adventure_works', 'product_subcategories') }}

),

categories as (

    select * from {{ source('adventure_works', 'product_categories') }}

),

versions as (

    select
        *,
        row_number() over (
            partition by delivery_date, ProductAlternateKey
            order by StartDate desc, ProductKey desc
        ) as age
    from products
    where StartDate <= delivery_date

),

final as (

    select
        versions.delivery_date,
        versions.ProductAlternateKey as product_id,
        versions.EnglishProductName as product_name,
        categories.EnglishProductCategoryName as category,
        versions.StandardCost as unit_cost,
        versions.ListPrice as list_price,
        case trim(versions.WeightUnitMeasureCode)
            when 'LB' then versions.Weight * 0.45359237
            when 'G' then versions.Weight / 1000
        end as weight_kg,
        {{ absent_columns('products', ['product_id', 'product_name', 'category', 'unit_cost', 'list_price', 'weight_kg']) }}
    from versions
    left join subcategories
        on
            versions.delivery_date = subcategories.delivery_date
            and versions.ProductSubcategoryKey = subcategories.ProductSubcategoryKey
    left join categories
        on
            subcategories.delivery_date = categories.delivery_date
            and subcategories.ProductCategoryKey = categories.ProductCategoryKey
    where versions.age = 1

)

select * from final
