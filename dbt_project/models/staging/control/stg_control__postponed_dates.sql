select as_of_date
from {{ source('control', 'as_of_dates') }}
where is_postponed
