{{ policy_versions(source('policy', 'abc_classes')) }}
