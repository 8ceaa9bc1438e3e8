{{ policy_versions(source('policy', 'postal_areas')) }}
