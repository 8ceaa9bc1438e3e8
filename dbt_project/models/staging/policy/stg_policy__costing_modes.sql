{{ policy_versions(source('policy', 'costing_modes')) }}
