{#- Stock is kept for whoever orders it, wherever it goes. -#}
{%- set keeper = 'orders.sold_to_key' if account_level() == 'ship_to' else 'orders.customer_key' -%}

with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

fulfilment as (

    select * from {{ ref('int_order_fulfilment_as_of') }}
    where customer_key is not null

),

asked as (

    select
        as_of_date,
        source_code,
        customer_key,
        cast(avg(requested_lead_days) as double) as requested_lead_days,
        cast(avg(promised_lead_days) as double) as promised_lead_days,
        cast(avg(cycle_time_days) as double) as delivered_lead_days,
        cast(avg(gap_to_request_days) as double) as gap_to_request_days,
        avg(cast(case when is_on_time then 1 when not is_on_time then 0 end as double)) as on_time_share,
        avg(cast(case when is_in_full then 1 when not is_in_full then 0 end as double)) as in_full_share,
        avg(
            cast(case when gap_to_request_days > 0 then 1 when gap_to_request_days <= 0 then 0 end as double)
        ) as later_than_wanted_share
    from fulfilment
    group by as_of_date, source_code, customer_key

),

-- goods that a warehouse keeps for one customer were made for that customer
kept_articles as (

    select
        source_code,
        customer_key,
        product_key,
        min(inventory_date) as first_count_date
    from {{ ref('int_inventory') }}
    where customer_key is not null
    group by source_code, customer_key, product_key

),

customising_sources as (

    select distinct
        as_of_dates.as_of_date,
        kept_articles.source_code
    from kept_articles
    inner join {{ ref('int_as_of_dates') }} as as_of_dates on kept_articles.first_count_date <= as_of_dates.as_of_date

),

customised as (

    select
        as_of_dates.as_of_date,
        lines.source_code,
        lines.customer_key,
        count(*) as customised_lines
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders
        on lines.source_code = orders.source_code and lines.order_key = orders.order_key
    inner join kept_articles
        on
            lines.source_code = kept_articles.source_code
            and lines.product_key = kept_articles.product_key
            and {{ keeper }} = kept_articles.customer_key
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on
            lines.order_date <= as_of_dates.as_of_date
            and lines.order_date > as_of_dates.window_start_date
            and kept_articles.first_count_date <= as_of_dates.as_of_date
    where lines.line_outcome = 'sale'
    group by as_of_dates.as_of_date, lines.source_code, lines.customer_key

),

weekdays as (

    select
        as_of_date,
        source_code,
        customer_key,
        {{ weekday_name('requested_delivery_date') }} as weekday,
        -- weekdays of equal use: the first in the alphabet
        row_number() over (
            partition by as_of_date, source_code, customer_key
            order by count(*) desc, {{ weekday_name('requested_delivery_date') }}
        ) as place
    from fulfilment
    where requested_delivery_date is not null
    group by as_of_date, source_code, customer_key, {{ weekday_name('requested_delivery_date') }}

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        asked.requested_lead_days,
        asked.promised_lead_days,
        asked.delivered_lead_days,
        weekdays.weekday as wanted_weekday,
        behaviour.mean_order_value,
        behaviour.main_channel,
        case
            when customising_sources.source_code is not null
                then cast(coalesce(customised.customised_lines, 0) as double) / nullif(behaviour.window_lines, 0)
        end as customised_line_share,
        asked.gap_to_request_days,
        asked.later_than_wanted_share,
        asked.on_time_share,
        asked.in_full_share
    from customers
    left join asked
        on
            customers.as_of_date = asked.as_of_date
            and customers.source_code = asked.source_code
            and customers.customer_key = asked.customer_key
    left join weekdays
        on
            customers.as_of_date = weekdays.as_of_date
            and customers.source_code = weekdays.source_code
            and customers.customer_key = weekdays.customer_key
            and weekdays.place = 1
    left join {{ ref('customer_behaviour') }} as behaviour
        on
            customers.as_of_date = behaviour.as_of_date
            and customers.source_code = behaviour.source_code
            and customers.customer_key = behaviour.customer_key
    left join customised
        on
            customers.as_of_date = customised.as_of_date
            and customers.source_code = customised.source_code
            and customers.customer_key = customised.customer_key
    left join customising_sources
        on
            customers.as_of_date = customising_sources.as_of_date
            and customers.source_code = customising_sources.source_code

)

select * from final
