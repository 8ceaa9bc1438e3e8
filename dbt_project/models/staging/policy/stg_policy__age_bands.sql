{{ policy_versions(source('policy', 'age_bands')) }}
