{{ policy_versions(source('policy', 'relationship_overrides')) }}
