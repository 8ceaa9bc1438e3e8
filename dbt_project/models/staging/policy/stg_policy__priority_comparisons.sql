{{ policy_versions(source('policy', 'priority_comparisons')) }}
