-- A returned row is work that was done on a day for which the policy has no rate, zone or tariff: its cost would be missing
-- from the customers without a trace.
with days as (

    select
        days.order_date,
        days.ship_to_country,
        sum(days.sale_order_count) as sale_order_count,
        sum(days.sale_line_count) as sale_line_count,
        sum(days.return_line_count) as return_line_count
    from {{ ref('int_customer_day') }} as days
    where
        exists (
            select 1 from {{ ref('int_as_of_dates') }} as as_of_dates
            where days.order_date <= as_of_dates.as_of_date and days.order_date > as_of_dates.window_start_date
        )
    group by days.order_date, days.ship_to_country

),

drivers as (

    select order_date, 'orders' as driver from days
    where sale_order_count > 0
    union
    select order_date, 'lines' as driver from days
    where sale_line_count > 0
    union
    select order_date, 'return_lines' as driver from days
    where return_line_count > 0

),

zones as (

    select
        days.order_date,
        days.ship_to_country,
        coalesce(named_zone.zone, other_zone.zone) as zone
    from days
    left join {{ ref('stg_policy__delivery_zones') }} as named_zone
        on days.ship_to_country = named_zone.country and {{ valid_on('named_zone', 'days.order_date') }}
    left join {{ ref('stg_policy__delivery_zones') }} as other_zone
        on other_zone.country = '*' and {{ valid_on('other_zone', 'days.order_date') }}
    where days.sale_order_count > 0

)

select
    drivers.order_date,
    'rate for ' || drivers.driver as missing
from drivers
left join {{ ref('stg_policy__activity_rates') }} as rates
    on drivers.driver = rates.driver and {{ valid_on('rates', 'drivers.order_date') }}
where rates.cost_per_minute is null or rates.minutes_per_unit is null

union all

select
    zones.order_date,
    'tariff for ' || zones.ship_to_country || ', zone ' || coalesce(zones.zone, 'none') as missing
from zones
left join {{ ref('stg_policy__delivery_tariffs') }} as tariffs
    on zones.zone = tariffs.zone and {{ valid_on('tariffs', 'zones.order_date') }}
where tariffs.cost_per_order is null
