-- A returned row is a currency and a day of orders without an exchange rate, or with one that is older than the policy allows:
-- their amounts would be missing from the customers without a trace. The source has to deliver the rate.
select
    lines.source_code,
    orders.currency,
    lines.order_date,
    count(distinct lines.order_key) as orders
from {{ ref('fct_order_lines') }} as lines
inner join {{ ref('fct_orders') }} as orders
    on lines.source_code = orders.source_code and lines.order_key = orders.order_key
where
    lines.net_amount is null
    and lines.order_currency_amount is not null
    and lines.line_outcome in ('sale', 'return', 'unidentified')
    and lines.order_date <= (select max(as_of_date) from {{ ref('int_as_of_dates') }})
group by lines.source_code, orders.currency, lines.order_date
