{{ policy_versions(source('policy', 'parameters')) }}
