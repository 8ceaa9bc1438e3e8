with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

attributes as (

    select * from {{ ref('int_customer_attributes_as_of') }}

),

warehouses as (

    select * from {{ ref('int_warehouses_as_of') }}
    where latitude is not null and longitude is not null

),

newest_order as (

    select
        as_of_dates.as_of_date,
        orders.source_code,
        orders.customer_key,
        orders.ship_to_region,
        orders.ship_to_postal_code,
        row_number() over (
            partition by as_of_dates.as_of_date, orders.source_code, orders.customer_key
            order by orders.order_date desc, orders.order_key desc
        ) as place
    from {{ ref('fct_orders') }} as orders
    inner join {{ ref('int_as_of_dates') }} as as_of_dates on orders.order_date <= as_of_dates.as_of_date
    where orders.customer_key is not null and (orders.ship_to_region is not null or orders.ship_to_postal_code is not null)

),

serving as (

    select
        as_of_dates.as_of_date,
        orders.source_code,
        orders.customer_key,
        orders.warehouse_id,
        -- warehouses of equal use: the first in the alphabet
        row_number() over (
            partition by as_of_dates.as_of_date, orders.source_code, orders.customer_key
            order by count(*) desc, orders.warehouse_id
        ) as place
    from {{ ref('int_sale_orders') }} as orders
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on orders.order_date <= as_of_dates.as_of_date and orders.order_date > as_of_dates.window_start_date
    where orders.warehouse_id is not null and orders.customer_key is not null
    group by as_of_dates.as_of_date, orders.source_code, orders.customer_key, orders.warehouse_id

),

located as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.net_revenue,
        customers.ship_to_country as country,
        coalesce(newest_order.ship_to_region, attributes.region) as region,
        upper(coalesce(newest_order.ship_to_postal_code, attributes.postal_code)) as postal_code,
        attributes.latitude,
        attributes.longitude,
        serving.warehouse_id as serving_warehouse_id
    from customers
    left join attributes
        on
            customers.as_of_date = attributes.as_of_date
            and customers.source_code = attributes.source_code
            and customers.customer_key = attributes.customer_key
    left join newest_order
        on
            customers.as_of_date = newest_order.as_of_date
            and customers.source_code = newest_order.source_code
            and customers.customer_key = newest_order.customer_key
            and newest_order.place = 1
    left join serving
        on
            customers.as_of_date = serving.as_of_date
            and customers.source_code = serving.source_code
            and customers.customer_key = serving.customer_key
            and serving.place = 1

),

distances as (

    select
        located.as_of_date,
        located.source_code,
        located.customer_key,
        warehouses.warehouse_id,
        cast(
            {{ decimal_from(
                haversine_km('located.latitude', 'located.longitude', 'warehouses.latitude', 'warehouses.longitude'), 3
            ) }} as decimal(9, 3)
        ) as distance_km
    from located
    inner join warehouses
        on located.as_of_date = warehouses.as_of_date and located.source_code = warehouses.source_code
    where located.latitude is not null and located.longitude is not null

),

nearest as (

    select
        *,
        row_number() over (partition by as_of_date, source_code, customer_key order by distance_km, warehouse_id) as place
    from distances

),

regions as (

    select
        as_of_date,
        country,
        region,
        sum(net_revenue) as net_revenue
    from located
    where region is not null
    group by as_of_date, country, region
    having sum(net_revenue) > 0

),

accumulated as (

    select
        as_of_date,
        country,
        region,
        sum(net_revenue) over (partition by as_of_date) as total,
        -- regions of equal revenue share a cluster
        sum(net_revenue) over (
            partition by as_of_date order by net_revenue desc range between unbounded preceding and current row
        ) - sum(net_revenue) over (partition by as_of_date, net_revenue) as revenue_before
    from regions

),

clusters as (

    select
        accumulated.as_of_date,
        accumulated.country,
        accumulated.region,
        policy.market_cluster
    from accumulated
    inner join {{ ref('stg_policy__market_clusters') }} as policy
        on
            accumulated.revenue_before >= accumulated.total * policy.share_from
            and accumulated.revenue_before < accumulated.total * policy.share_below
            and {{ valid_on('policy', 'accumulated.as_of_date') }}

),

final as (

    select
        located.as_of_date,
        located.source_code,
        located.customer_key,
        located.country,
        located.region,
        cast(substr(
            replace(located.postal_code, ' ', ''), 1, coalesce(named_area.characters, other_area.characters)
        ) as string) as postal_area,
        coalesce(named_zone.zone, other_zone.zone) as delivery_zone,
        located.serving_warehouse_id,
        serving_distance.distance_km as serving_distance_km,
        nearest.warehouse_id as nearest_warehouse_id,
        nearest.distance_km as nearest_distance_km,
        case
            when clusters.market_cluster is not null then clusters.market_cluster
            -- a region without revenue is on the edge of every market
            when located.region is not null then 'no_market'
        end as market_cluster
    from located
    left join {{ ref('stg_policy__postal_areas') }} as named_area
        on located.country = named_area.country and {{ valid_on('named_area', 'located.as_of_date') }}
    left join {{ ref('stg_policy__postal_areas') }} as other_area
        on other_area.country = '*' and {{ valid_on('other_area', 'located.as_of_date') }}
    left join {{ ref('stg_policy__delivery_zones') }} as named_zone
        on located.country = named_zone.country and {{ valid_on('named_zone', 'located.as_of_date') }}
    left join {{ ref('stg_policy__delivery_zones') }} as other_zone
        on other_zone.country = '*' and {{ valid_on('other_zone', 'located.as_of_date') }}
    left join nearest
        on
            located.as_of_date = nearest.as_of_date
            and located.source_code = nearest.source_code
            and located.customer_key = nearest.customer_key
            and nearest.place = 1
    left join distances as serving_distance
        on
            located.as_of_date = serving_distance.as_of_date
            and located.source_code = serving_distance.source_code
            and located.customer_key = serving_distance.customer_key
            and located.serving_warehouse_id = serving_distance.warehouse_id
    left join clusters
        on
            located.as_of_date = clusters.as_of_date
            and located.country = clusters.country
            and located.region = clusters.region

)

select * from final
