select
    source_code,
    source,
    feed,
    delivery_date,
    load_id,
    rows_read,
    rows_accepted,
    rows_rejected,
    control_total
from {{ source('control', 'deliveries') }}
