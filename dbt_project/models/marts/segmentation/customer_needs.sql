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

)

select * from final
