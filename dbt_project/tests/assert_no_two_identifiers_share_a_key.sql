-- A returned row is a key that stands for more than one customer of a source: their facts would be one customer's.
select
    source_code,
    customer_key,
    count(*) as identifiers
from {{ ref('int_customers') }}
group by source_code, customer_key
having count(*) > 1
