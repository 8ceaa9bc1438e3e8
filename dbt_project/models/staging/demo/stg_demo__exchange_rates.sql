{{ stage_exchange_rates('demo') }}
