{{ policy_versions(source('policy', 'rfm_range_maps')) }}
