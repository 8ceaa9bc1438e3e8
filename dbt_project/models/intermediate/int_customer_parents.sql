{{ config(materialized='view') }}

with customers as (

    {{ union_sources('customers') }}

),

final as (

    select
        source_code,
        delivery_date,
        source_customer_id,
        {{ integer_key('source_customer_id') }} as customer_key,
        -- an account that names itself is a top one
        case when parent_customer_id <> source_customer_id then parent_customer_id end as parent_customer_id
    from customers

)

select * from final
