{{ config(materialized='view') }}

with sales_visits as (

    {{ union_sources('sales_visits') }}

),

final as (

    select
        source_code,
        delivery_date,
        visit_id,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        visit_date,
        minutes
    from sales_visits

)

select * from final
