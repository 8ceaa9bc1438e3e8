{{ policy_versions(source('policy', 'rfm_maps')) }}
