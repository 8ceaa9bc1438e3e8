{{ policy_versions(source('policy', 'freight_tariffs')) }}
