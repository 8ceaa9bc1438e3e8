{{ config(materialized='view') }}

with delivered as (

    {{ union_sources('inventory') }}

),

inventory as (

    {{ at_account_level('inventory', 'inventory_date') }}

),

final as (

    select
        source_code,
        delivery_date,
        warehouse_id,
        {{ integer_key('product_id') }} as product_key,
        inventory_date,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        units,
        inventory_value
    from inventory

)

select * from final
