{{ policy_versions(source('policy', 'profit_levers')) }}
