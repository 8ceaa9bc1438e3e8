{{ newest_delivery_of(
    ref('int_survey_responses_united'),
    key=['source_code', 'response_id'],
    columns=[
        'source_code', 'response_id', 'customer_key', 'answer_date', 'question',
        'answer'
    ]
) }}
