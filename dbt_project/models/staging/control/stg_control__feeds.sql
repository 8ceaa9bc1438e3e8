select
    source_code,
    source,
    feed,
    is_enabled,
    is_required
from {{ source('control', 'sources') }}
