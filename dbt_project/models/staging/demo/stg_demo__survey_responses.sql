{{ stage_survey_responses('demo') }}
