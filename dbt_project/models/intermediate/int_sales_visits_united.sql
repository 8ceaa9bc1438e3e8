{{ config(materialized='view') }}

with delivered as (

    {{ union_sources('sales_visits') }}

),

sales_visits as (

    {{ at_account_level('sales_visits', 'visit_date') }}

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
