-- A returned row is a source whose customers' lines, with what belongs to their orders or to themselves alone, do not come to
-- the customers' own figures at the newest as-of date, and for how many. Prices tie to the last digit; a customer's cost of
-- goods is rounded to four decimals once, and its cost to serve once for each of the eleven activities.
with lines as (

    select
        as_of_date,
        source_code,
        customer_key,
        sum(list_amount) as list_amount,
        sum(net_revenue) as net_revenue,
        sum(pocket_amount) as pocket_amount,
        sum(freight_charged) as freight_charged,
        case when count(*) = count(cost_of_goods) then sum(cost_of_goods) end as cost_of_goods,
        sum(cost_to_serve) as cost_to_serve
    from {{ ref('order_line_profitability') }}
    group by as_of_date, source_code, customer_key

),

customers as (

    select * from {{ ref('customer_profitability') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

)

select
    customers.source_code,
    count(*) as customers,
    sum(lines.list_amount) - sum(customers.list_amount) as list_amount,
    sum(lines.pocket_amount) - sum(customers.pocket_amount) as pocket_amount,
    sum(lines.cost_of_goods) - sum(customers.cost_of_goods) as cost_of_goods,
    sum(lines.cost_to_serve) - sum(customers.cost_to_serve) as cost_to_serve
from customers
left join lines
    on
        customers.as_of_date = lines.as_of_date
        and customers.source_code = lines.source_code
        and customers.customer_key = lines.customer_key
where
    coalesce(lines.list_amount, 0) <> customers.list_amount
    or coalesce(lines.net_revenue, 0) <> customers.net_revenue
    or coalesce(lines.pocket_amount, 0) <> customers.pocket_amount
    or coalesce(lines.freight_charged, 0) <> customers.freight_charged
    or case
        when lines.customer_key is null then customers.cost_of_goods <> 0
        when customers.cost_of_goods is null or lines.cost_of_goods is null
            then customers.cost_of_goods is distinct from lines.cost_of_goods
        else abs(lines.cost_of_goods - customers.cost_of_goods) > 0.00005
    end
    or abs(coalesce(lines.cost_to_serve, 0) - customers.cost_to_serve) > 0.00055
group by customers.source_code
