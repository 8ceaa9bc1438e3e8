select
    as_of_date,
    policy_version,
    customer_id,
    dimension,
    segment
from {{ source('control', 'published_customers') }}
