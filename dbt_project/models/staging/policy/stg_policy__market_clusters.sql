{{ policy_versions(source('policy', 'market_clusters')) }}
