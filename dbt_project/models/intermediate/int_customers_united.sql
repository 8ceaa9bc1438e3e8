{{ config(materialized='view') }}

with customers as (

    {{ union_sources('customers') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        customer_type,
        {{ integer_key('parent_customer_id') }} as parent_customer_key,
        parent_customer_id,
        industry,
        size_band,
        employee_count,
        ownership,
        birth_year,
        income_band,
        education,
        occupation,
        household_band,
        commute_band,
        country,
        region,
        city,
        postal_code,
        latitude,
        longitude,
        created_date,
        contract_until,
        account_manager
    from customers

)

select * from final
