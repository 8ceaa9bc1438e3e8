{{ policy_versions(source('policy', 'assumed_margins')) }}
