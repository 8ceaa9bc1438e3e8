{{ config(materialized='view') }}

with receivables as (

    {{ union_sources('receivables') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        month,
        average_balance
    from receivables

)

select * from final
