{{ policy_versions(source('policy', 'promotion_responses')) }}
