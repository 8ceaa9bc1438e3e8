with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

-- few days have several countries: only those are counted apart, so that the sums below need no list of days
customer_days as (

    select
        *,
        count(*) over (partition by source_code, customer_key, order_date) > 1 as is_shared
    from {{ ref('int_customer_day') }}

),

bounds as (

    select
        min(as_of_date) as first_as_of_date,
        min(window_start_date) as first_window_start_date
    from as_of_dates

),

-- orders that had come back to the last unit by the as-of date
reversals as (

    select
        as_of_dates.as_of_date,
        reversals.source_code,
        reversals.customer_key,
        reversals.order_date,
        coalesce(reversals.ship_to_country, 'unknown') as ship_to_country,
        count(*) as order_count
    from {{ ref('int_order_reversals') }} as reversals
    inner join as_of_dates on reversals.reversed_date <= as_of_dates.as_of_date
    group by
        as_of_dates.as_of_date,
        reversals.source_code,
        reversals.customer_key,
        reversals.order_date,
        coalesce(reversals.ship_to_country, 'unknown')

),

-- days that one as-of date sees otherwise than the next, because an order of theirs came back in between
changing_days as (

    select distinct
        reversals.source_code,
        reversals.customer_key,
        reversals.order_date
    from {{ ref('int_order_reversals') }} as reversals
    inner join bounds on reversals.reversed_date > bounds.first_as_of_date

),

-- a day before every window counts alike for all as-of dates, so it is added up once and not once per date
dated_days as (

    select
        days.*,
        case when days.has_order then cast(days.order_date as string) || days.ship_to_country end as dated_country,
        days.order_date <= bounds.first_window_start_date and changing_days.order_date is null as is_old
    from customer_days as days
    cross join bounds
    left join changing_days
        on
            days.source_code = changing_days.source_code
            and days.customer_key = changing_days.customer_key
            and days.order_date = changing_days.order_date

),

days_as_of as (

    select
        bounds.first_as_of_date as as_of_date,
        false as is_in_window,
        days.*
    from dated_days as days
    cross join bounds
    where days.is_old
    union all
    select
        as_of_dates.as_of_date,
        days.order_date > as_of_dates.window_start_date as is_in_window,
        days.*
    from dated_days as days
    inner join as_of_dates on days.order_date <= as_of_dates.as_of_date
    where not days.is_old

),

facts as (

    select
        days.*,
        days.sale_order_count - coalesce(reversals.order_count, 0) as kept_order_count,
        days.sale_order_count > coalesce(reversals.order_count, 0) as has_sale
    from days_as_of as days
    left join reversals
        on
            days.as_of_date = reversals.as_of_date
            and days.source_code = reversals.source_code
            and days.customer_key = reversals.customer_key
            and days.order_date = reversals.order_date
            and days.ship_to_country = reversals.ship_to_country

),

summed as (

    select
        as_of_date,
        source_code,
        customer_key,
        is_old,
        max(dated_country) as dated_country,
        min(case when has_sale then order_date end) as first_order_date,
        max(case when has_sale then order_date end) as last_order_date,
        sum(kept_order_count) as order_count,
        sum(case when has_sale and not is_shared then 1 else 0 end)
        + count(distinct order_date) filter (where has_sale and is_shared) as order_days,
        sum(case when is_in_window then kept_order_count else 0 end) as window_order_count,
        sum(case when has_sale and is_in_window and not is_shared then 1 else 0 end)
        + count(distinct order_date) filter (where has_sale and is_in_window and is_shared) as window_order_days,
        sum(case when is_in_window then sale_line_count else 0 end) as window_sale_line_count,
        sum(case when is_in_window then return_line_count else 0 end) as window_return_line_count,
        sum(case when is_in_window then sale_amount else 0 end) as sale_amount,
        sum(case when is_in_window then return_amount else 0 end) as return_amount,
        sum(case when is_in_window then sale_amount + return_amount else 0 end) as net_revenue,
        sum(case when is_in_window then known_cost_of_goods else 0 end) as known_cost_of_goods,
        sum(case when is_in_window then amount_without_cost else 0 end) as amount_without_cost,
        sum(case when is_in_window then line_without_cost_count else 0 end) as line_without_cost_count
    from facts
    group by as_of_date, source_code, customer_key, is_old

),

{%- set sums = [
    'order_count', 'order_days', 'window_order_count', 'window_order_days', 'window_sale_line_count',
    'window_return_line_count', 'sale_amount', 'return_amount', 'net_revenue', 'known_cost_of_goods', 'amount_without_cost',
    'line_without_cost_count'
] %}
{%- set keys_and_sums = [] %}
{%- for name in ['source_code', 'customer_key', 'dated_country', 'first_order_date', 'last_order_date'] + sums %}
{%- do keys_and_sums.append('summed.' ~ name) %}
{%- endfor %}
{%- set added_up = [] %}
{%- for name in sums %}
{%- do added_up.append('sum(' ~ name ~ ') as ' ~ name) %}
{%- endfor %}

-- the old days of a customer again for each date, beside its other days
spread as (

    select
        as_of_dates.as_of_date,
        {{ keys_and_sums | join(',\n        ') }}
    from summed
    cross join as_of_dates
    where summed.is_old
    union all
    select
        summed.as_of_date,
        {{ keys_and_sums | join(',\n        ') }}
    from summed
    where not summed.is_old

),

aggregated as (

    select
        as_of_date,
        source_code,
        customer_key,
        -- the newest country; of several on one day the one that comes last in the alphabet
        substr(max(dated_country), 11) as ship_to_country,
        min(first_order_date) as first_order_date,
        max(last_order_date) as last_order_date,
        {{ added_up | join(',\n        ') }}
    from spread
    group by as_of_date, source_code, customer_key

),

attributes as (

    select
        as_of_date,
        source_code,
        customer_key,
        country,
        case when created_date is null then not is_later_snapshot else created_date <= as_of_date end as is_known
    from {{ ref('int_customer_attributes_as_of') }}

),

-- whom an order or return names, and whom the source knew by then without one
known as (

    select
        coalesce(aggregated.as_of_date, attributes.as_of_date) as as_of_date,
        coalesce(aggregated.source_code, attributes.source_code) as source_code,
        coalesce(aggregated.customer_key, attributes.customer_key) as customer_key,
        coalesce(nullif(aggregated.ship_to_country, 'unknown'), attributes.country, 'unknown') as ship_to_country,
        aggregated.first_order_date,
        aggregated.last_order_date,
        coalesce(aggregated.order_count, 0) as order_count,
        coalesce(aggregated.order_days, 0) as order_days,
        coalesce(aggregated.window_order_count, 0) as window_order_count,
        coalesce(aggregated.window_order_days, 0) as window_order_days,
        coalesce(aggregated.window_sale_line_count, 0) as window_sale_line_count,
        coalesce(aggregated.window_return_line_count, 0) as window_return_line_count,
        coalesce(aggregated.sale_amount, 0) as sale_amount,
        coalesce(aggregated.return_amount, 0) as return_amount,
        coalesce(aggregated.net_revenue, 0) as net_revenue,
        coalesce(aggregated.known_cost_of_goods, 0) as known_cost_of_goods,
        coalesce(aggregated.amount_without_cost, 0) as amount_without_cost,
        coalesce(aggregated.line_without_cost_count, 0) as line_without_cost_count
    from aggregated
    full outer join attributes
        on
            aggregated.as_of_date = attributes.as_of_date
            and aggregated.source_code = attributes.source_code
            and aggregated.customer_key = attributes.customer_key
    where aggregated.customer_key is not null or attributes.is_known

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        ship_to_country,
        first_order_date is not null as is_scored,
        first_order_date,
        last_order_date,
        {{ days_between('first_order_date', 'as_of_date') }} as tenure_days,
        {{ days_between('last_order_date', 'as_of_date') }} as recency_days,
        cast(order_count as bigint) as order_count,
        cast(order_days as bigint) as order_days,
        cast(window_order_count as bigint) as window_order_count,
        cast(window_order_days as bigint) as window_order_days,
        cast(window_sale_line_count as bigint) as window_sale_line_count,
        cast(window_return_line_count as bigint) as window_return_line_count,
        cast(sale_amount as decimal(18, 4)) as sale_amount,
        cast(return_amount as decimal(18, 4)) as return_amount,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(known_cost_of_goods as decimal(18, 4)) as known_cost_of_goods,
        cast(amount_without_cost as decimal(18, 4)) as amount_without_cost,
        cast(line_without_cost_count as bigint) as line_without_cost_count
    from known

)

select * from final
