{{ policy_versions(source('policy', 'preference_rules')) }}
