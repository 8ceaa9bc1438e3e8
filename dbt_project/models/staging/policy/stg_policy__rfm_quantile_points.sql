{{ policy_versions(source('policy', 'rfm_quantile_points')) }}
