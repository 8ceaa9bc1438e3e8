{{ policy_versions(source('policy', 'playbook')) }}
