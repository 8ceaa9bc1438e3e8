{{ policy_versions(source('policy', 'return_costs')) }}
