select
    as_of_date,
    dimension,
    segment,
    order_month,
    orders,
    judged_orders,
    cast(on_time_share as double) as on_time_share,
    cast(in_full_share as double) as in_full_share,
    cast(otif_share as double) as otif_share,
    cast(perfect_order_share as double) as perfect_order_share,
    order_cycle_time_days
from {{ ref('service_attainment_as_of') }}
where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)
