{{ stage_survey_responses('standard') }}
