{{ config(materialized='view') }}

with delivered as (

    {{ union_sources('survey_responses') }}

),

survey_responses as (

    {{ at_account_level('survey_responses', 'answer_date') }}

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
