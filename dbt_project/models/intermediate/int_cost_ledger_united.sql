{{ config(materialized='view') }}

with cost_ledger as (

    {{ union_sources('cost_ledger') }}

),

final as (

    select
        source_code,
        delivery_date,
        month,
        pool,
        cost,
        practical_capacity_minutes
    from cost_ledger

)

select * from final
