{{ policy_versions(source('policy', 'xyz_classes')) }}
