-- A returned row is an as-of date and source with accounts whose parents name each other in a circle, or lie too many levels
-- above: each of them is taken for its own top.
{{ config(severity='warn') }}

select
    as_of_date,
    source_code,
    count(*) as customers
from {{ ref('int_account_hierarchy') }}
where has_cycle
group by as_of_date, source_code
