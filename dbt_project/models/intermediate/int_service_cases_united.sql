{{ config(materialized='view') }}

with delivered as (

    {{ union_sources('service_cases') }}

),

service_cases as (

    {{ at_account_level('service_cases', 'opened_date') }}

),

final as (

    select
        source_code,
        delivery_date,
        case_id,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        opened_date,
        channel,
        reason,
        handling_minutes,
        {{ integer_key('order_id') }} as order_key
    from service_cases

)

select * from final
