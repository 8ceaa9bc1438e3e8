select
    source_code,
    source,
    feed,
    is_enabled,
    is_required,
    return_channel
from {{ source('control', 'sources') }}
