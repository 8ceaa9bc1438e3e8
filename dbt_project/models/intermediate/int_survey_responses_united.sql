{{ config(materialized='view') }}

with survey_responses as (

    {{ union_sources('survey_responses') }}

),

final as (

    select
        source_code,
        delivery_date,
        response_id,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        answer_date,
        question,
        answer
    from survey_responses

)

select * from final
