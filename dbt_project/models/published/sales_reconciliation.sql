select *
from {{ ref('source_reconciliation') }}
where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)
