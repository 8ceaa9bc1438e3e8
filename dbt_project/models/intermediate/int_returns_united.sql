{{ config(materialized='view') }}

with returns as (

    {{ union_sources('returns') }}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('return_id') }} as return_key,
        {{ integer_key('order_id') }} as order_key,
        line_number,
        {{ integer_key('product_id') }} as product_key,
        return_date,
        quantity,
        refund_amount,
        reason
    from returns

)

select * from final
