{{ policy_versions(source('policy', 'capacity_cost_rates')) }}
