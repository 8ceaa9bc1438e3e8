{{ policy_versions(source('policy', 'activity_pools')) }}
