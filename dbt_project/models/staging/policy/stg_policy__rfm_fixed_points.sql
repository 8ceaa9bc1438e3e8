{{ policy_versions(source('policy', 'rfm_fixed_points')) }}
