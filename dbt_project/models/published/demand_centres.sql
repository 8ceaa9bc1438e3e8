with centres as (

    select * from {{ ref('demand_centres_as_of') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        area_kind,
        area,
        customers,
        located_customers,
        cast(net_revenue as decimal(18, 2)) as net_revenue,
        latitude,
        longitude,
        mean_distance_km
    from centres

)

select * from final
