select
    fingerprint,
    code_version,
    policy_version,
    base_currency,
    business_timezone,
    account_level
from {{ source('control', 'refresh') }}
