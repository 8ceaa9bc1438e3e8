{{ policy_versions(source('policy', 'service_tiers')) }}
