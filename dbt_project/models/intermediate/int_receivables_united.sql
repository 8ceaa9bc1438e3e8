{{ config(materialized='view') }}

with delivered as (

    {{ union_sources('receivables') }}

),

receivables as (

    {{ at_account_level('receivables', 'month') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        {{ integer_key('sold_to_id') }} as sold_to_key,
        month,
        average_balance
    from receivables

)

select * from final
