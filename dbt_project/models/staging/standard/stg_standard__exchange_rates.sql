{{ stage_exchange_rates('standard') }}
