{#- The point from which the demand is nearest: Weiszfeld's steps from the weighted mean of the unit vectors, so that no date
    line and no pole is in the way. Sums of decimals: they do not depend on the order of rows. -#}
{%- set chord -%}
    greatest(
        sqrt(power(located.x - centre.x, 2) + power(located.y - centre.y, 2) + power(located.z - centre.z, 2)), 0.000001
    )
{%- endset -%}

with points as (

    select * from {{ ref('int_demand_points') }}

),

areas as (

    select
        as_of_date,
        area_kind,
        area,
        cast(sum(customers) as bigint) as customers,
        sum(net_revenue) as net_revenue,
        cast(sum(case when latitude is not null and longitude is not null then customers else 0 end) as bigint)
            as located_customers
    from points
    group by as_of_date, area_kind, area

),

located as (

    select * from points
    where latitude is not null and longitude is not null

),

sum_0 as (

    select
        {%- for axis in ['x', 'y', 'z'] %}
        cast(sum(cast(cast(net_revenue as double) * {{ axis }} as decimal(28, 8))) as double) as {{ axis }},
        {%- endfor %}
        as_of_date,
        area_kind,
        area
    from located
    group by as_of_date, area_kind, area

),
{% for step in range(1, var('demand_centre_steps') + 1) %}
centre_{{ step }} as (

    select
        -- demand that cancels out around the globe has no direction
        {%- for axis in ['x', 'y', 'z'] %}
        {{ axis }} / nullif(sqrt(x * x + y * y + z * z), 0) as {{ axis }},
        {%- endfor %}
        as_of_date,
        area_kind,
        area
    from sum_{{ step - 1 }}

),

sum_{{ step }} as (

    select
        {%- for axis in ['x', 'y', 'z'] %}
        cast(
            sum(cast(cast(located.net_revenue as double) * located.{{ axis }} / {{ chord }} as decimal(28, 8))) as double
        ) as {{ axis }},
        {%- endfor %}
        located.as_of_date,
        located.area_kind,
        located.area
    from located
    inner join centre_{{ step }} as centre
        on
            located.as_of_date = centre.as_of_date
            and located.area_kind = centre.area_kind
            and located.area = centre.area
    group by located.as_of_date, located.area_kind, located.area

),
{% endfor %}
centres as (

    select
        as_of_date,
        area_kind,
        area,
        round(degrees(atan2(z, sqrt(x * x + y * y))), 3) as latitude,
        round(degrees(atan2(y, x)), 3) as longitude
    from sum_{{ var('demand_centre_steps') }}

),

distances as (

    select
        located.as_of_date,
        located.area_kind,
        located.area,
        cast(sum(cast(
            cast(located.net_revenue as double)
            * {{ haversine_km('located.latitude', 'located.longitude', 'centres.latitude', 'centres.longitude') }}
            as decimal(28, 6)
        )) as double) / cast(sum(located.net_revenue) as double) as mean_distance_km
    from located
    inner join centres
        on
            located.as_of_date = centres.as_of_date
            and located.area_kind = centres.area_kind
            and located.area = centres.area
    group by located.as_of_date, located.area_kind, located.area

),

final as (

    select
        areas.as_of_date,
        areas.area_kind,
        areas.area,
        areas.customers,
        areas.located_customers,
        areas.net_revenue,
        cast(centres.latitude as double) as latitude,
        cast(centres.longitude as double) as longitude,
        cast(round(distances.mean_distance_km, 3) as double) as mean_distance_km
    from areas
    left join centres
        on
            areas.as_of_date = centres.as_of_date
            and areas.area_kind = centres.area_kind
            and areas.area = centres.area
    left join distances
        on
            areas.as_of_date = distances.as_of_date
            and areas.area_kind = distances.area_kind
            and areas.area = distances.area

)

select * from final
