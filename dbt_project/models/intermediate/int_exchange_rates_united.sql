{{ config(materialized='view') }}

with exchange_rates as (

    {{ union_sources('exchange_rates') }}

),

final as (

    select
        source_code,
        delivery_date,
        currency,
        rate_date,
        rate_to_base
    from exchange_rates

)

select * from final
