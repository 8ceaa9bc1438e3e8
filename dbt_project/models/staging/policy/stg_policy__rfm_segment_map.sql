{{ policy_versions(source('policy', 'rfm_segment_map')) }}
