{{ policy_versions(source('policy', 'time_equations')) }}
