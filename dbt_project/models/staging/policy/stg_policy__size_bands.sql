{{ policy_versions(source('policy', 'size_bands')) }}
