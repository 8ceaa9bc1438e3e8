{{ policy_versions(source('policy', 'delivery_tariffs')) }}
