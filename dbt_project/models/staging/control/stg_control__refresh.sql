select
    fingerprint,
    code_version,
    policy_version,
    base_currency,
    business_timezone
from {{ source('control', 'refresh') }}
