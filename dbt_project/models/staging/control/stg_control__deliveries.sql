select
    source_code,
    source,
    feed,
    delivery_date,
    load_id,
    rows_read,
    rows_accepted,
    rows_rejected,
    control_total,
    control_total_rejected,
    rows_rejected_without_total
from {{ source('control', 'deliveries') }}
