{{ config(materialized='view') }}

with service_cases as (

    {{ union_sources('service_cases') }}

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
