select
    as_of_date,
    is_backfill
from {{ source('control', 'as_of_dates') }}
where not is_postponed
