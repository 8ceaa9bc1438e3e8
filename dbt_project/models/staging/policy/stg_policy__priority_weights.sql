{{ policy_versions(source('policy', 'priority_weights')) }}
