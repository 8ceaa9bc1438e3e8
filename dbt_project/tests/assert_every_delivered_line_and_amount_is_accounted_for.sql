-- A returned row is a source of which order lines, returns or money got lost, or appeared, between the files and the customers.
select
    source,
    as_of_date,
    lines_difference,
    amount_difference,
    returns_difference,
    refunds_difference
from {{ ref('source_reconciliation') }}
where
    lines_difference is distinct from 0
    or amount_difference is distinct from 0
    or returns_difference is distinct from 0
    or refunds_difference is distinct from 0

union all

-- lines of a source that has no delivery: the reconciliation begins with the deliveries and would not show them
select
    cast(source_code as string) as source,
    as_of_date,
    -line_count as lines_difference,
    -order_currency_amount as amount_difference,
    0 as returns_difference,
    0 as refunds_difference
from {{ ref('sales_lines_by_outcome') }}
where source_code not in (select source_code from {{ ref('int_deliveries') }})
