select
    source_code,
    source,
    feed,
    is_enabled,
    is_required,
    needed_for,
    return_channel,
    complete_through
from {{ source('control', 'sources') }}
