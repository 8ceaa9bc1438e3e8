with customer_days as (

    select
        as_of_dates.as_of_date,
        days.source_code,
        days.customer_key,
        days.order_date,
        days.ship_to_country,
        days.sale_order_count,
        days.sale_line_count,
        days.return_line_count
    from {{ ref('int_customer_day') }} as days
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on days.order_date <= as_of_dates.as_of_date and days.order_date > as_of_dates.window_start_date

),

drivers as (

    select as_of_date, source_code, customer_key, order_date, 'orders' as driver, sale_order_count as units
    from customer_days
    union all
    select as_of_date, source_code, customer_key, order_date, 'lines' as driver, sale_line_count as units
    from customer_days
    union all
    select as_of_date, source_code, customer_key, order_date, 'return_lines' as driver, return_line_count as units
    from customer_days

),

-- the rate of the day on which the work was done
handling as (

    select
        drivers.as_of_date,
        drivers.source_code,
        drivers.customer_key,
        rates.activity,
        drivers.units,
        cast(drivers.units * rates.minutes_per_unit as decimal(18, 4)) as minutes,
        cast(drivers.units * rates.minutes_per_unit * rates.cost_per_minute as decimal(18, 4)) as cost
    from drivers
    inner join {{ ref('stg_policy__activity_rates') }} as rates
        on drivers.driver = rates.driver and {{ valid_on('rates', 'drivers.order_date') }}
    where drivers.units > 0

),

zones as (

    select
        customer_days.as_of_date,
        customer_days.source_code,
        customer_days.customer_key,
        customer_days.order_date,
        customer_days.sale_order_count,
        coalesce(named_zone.zone, other_zone.zone) as zone
    from customer_days
    left join {{ ref('stg_policy__delivery_zones') }} as named_zone
        on customer_days.ship_to_country = named_zone.country and {{ valid_on('named_zone', 'customer_days.order_date') }}
    left join {{ ref('stg_policy__delivery_zones') }} as other_zone
        on other_zone.country = '*' and {{ valid_on('other_zone', 'customer_days.order_date') }}
    where customer_days.sale_order_count > 0

),

delivery as (

    select
        zones.as_of_date,
        zones.source_code,
        zones.customer_key,
        'delivery' as activity,
        zones.sale_order_count as units,
        cast(null as decimal(18, 4)) as minutes,
        cast(zones.sale_order_count * tariffs.cost_per_order as decimal(18, 4)) as cost
    from zones
    inner join {{ ref('stg_policy__delivery_tariffs') }} as tariffs
        on zones.zone = tariffs.zone and {{ valid_on('tariffs', 'zones.order_date') }}

),

costs as (

    select * from handling
    union all
    select * from delivery

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        activity,
        cast(sum(units) as bigint) as driver_units,
        cast(sum(minutes) as decimal(18, 4)) as minutes,
        cast(sum(cost) as decimal(18, 4)) as cost,
        'estimated' as basis
    from costs
    group by as_of_date, source_code, customer_key, activity

)

select * from final
