{{ stage_service_cases('standard') }}
