{{ policy_versions(source('policy', 'cluster_features')) }}
