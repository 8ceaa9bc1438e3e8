{{ stage_service_cases('demo') }}
