{{ policy_versions(source('policy', 'usage_classes')) }}
