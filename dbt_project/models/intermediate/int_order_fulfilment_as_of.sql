{#- Shipments and promises of one order, judged with what is known on the as-of date: goods that arrive later are still on
    their way then. -#}

with orders as (

    select
        as_of_dates.as_of_date,
        orders.*
    from {{ ref('int_sale_orders') }} as orders
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on orders.order_date <= as_of_dates.as_of_date and orders.order_date > as_of_dates.window_start_date

),

-- sources that never deliver shipments say nothing about service
shipping_sources as (

    select distinct source_code from {{ ref('int_shipments') }}

),

-- only the orders that are judged at the date are looked up, not every shipment of the past once per date
arrived as (

    select
        orders.as_of_date,
        orders.source_code,
        orders.order_key,
        max(shipments.delivered_date) as delivered_date,
        sum(shipments.units) as delivered_units,
        max(case when shipments.is_damaged then 1 else 0 end) as damaged,
        max(case when shipments.has_document_error then 1 else 0 end) as document_error
    from orders
    inner join {{ ref('int_shipments') }} as shipments
        on
            orders.source_code = shipments.source_code
            and orders.order_key = shipments.order_key
            and orders.as_of_date >= shipments.delivered_date
    group by orders.as_of_date, orders.source_code, orders.order_key

),

first_arrivals as (

    select
        source_code,
        min(delivered_date) as delivered_date
    from {{ ref('int_shipments') }}
    group by source_code

),

-- a source that only says what left has nothing that could be late
arrivals as (

    select
        as_of_dates.as_of_date,
        first_arrivals.source_code
    from first_arrivals
    inner join {{ ref('int_as_of_dates') }} as as_of_dates on first_arrivals.delivered_date <= as_of_dates.as_of_date

),

judged as (

    select
        orders.as_of_date,
        orders.source_code,
        orders.order_key,
        orders.customer_key,
        orders.order_date,
        orders.requested_delivery_date,
        orders.promised_delivery_date,
        arrived.delivered_date,
        orders.units as ordered_units,
        coalesce(arrived.delivered_units, 0) as delivered_units,
        -- what is due later is neither late nor on time yet
        case
            when orders.promised_delivery_date is null or arrivals.source_code is null then null
            when arrived.delivered_date <= orders.promised_delivery_date then true
            when arrived.delivered_date is not null or orders.promised_delivery_date < orders.as_of_date then false
        end as is_on_time,
        case
            when arrivals.source_code is null then null
            when arrived.delivered_units >= orders.units then true
            when arrived.delivered_units is not null or orders.promised_delivery_date < orders.as_of_date then false
        end as is_in_full,
        coalesce(arrived.damaged, 0) = 0 as is_undamaged,
        coalesce(arrived.document_error, 0) = 0 as has_right_documents
    from orders
    inner join shipping_sources on orders.source_code = shipping_sources.source_code
    left join arrivals on orders.as_of_date = arrivals.as_of_date and orders.source_code = arrivals.source_code
    left join arrived
        on
            orders.as_of_date = arrived.as_of_date
            and orders.source_code = arrived.source_code
            and orders.order_key = arrived.order_key

),

final as (

    select
        as_of_date,
        source_code,
        order_key,
        customer_key,
        order_date,
        requested_delivery_date,
        promised_delivery_date,
        delivered_date,
        is_on_time,
        is_in_full,
        is_on_time and is_in_full as is_otif,
        is_on_time and is_in_full and is_undamaged and has_right_documents as is_perfect,
        cast({{ days_between('order_date', 'delivered_date') }} as integer) as cycle_time_days,
        cast({{ days_between('order_date', 'requested_delivery_date') }} as integer) as requested_lead_days,
        cast({{ days_between('order_date', 'promised_delivery_date') }} as integer) as promised_lead_days,
        cast({{ days_between('requested_delivery_date', 'delivered_date') }} as integer) as gap_to_request_days
    from judged

)

select * from final
