with customers as (

    select
        geography.as_of_date,
        geography.country,
        geography.market_cluster,
        attributes.latitude,
        attributes.longitude,
        profits.net_revenue
    from {{ ref('customer_geography') }} as geography
    inner join {{ ref('int_customers_as_of') }} as profits
        on
            geography.as_of_date = profits.as_of_date
            and geography.source_code = profits.source_code
            and geography.customer_key = profits.customer_key
    left join {{ ref('int_customer_attributes_as_of') }} as attributes
        on
            geography.as_of_date = attributes.as_of_date
            and geography.source_code = attributes.source_code
            and geography.customer_key = attributes.customer_key
    -- demand is what is bought: who only returns pulls nothing
    where profits.net_revenue > 0

),

members as (
    {% for kind, area in {'all': "'all'", 'country': 'country', 'market_cluster': 'market_cluster'}.items() %}
    select
        as_of_date,
        '{{ kind }}' as area_kind,
        {{ area }} as area,
        latitude,
        longitude,
        net_revenue
    from customers
    {%- if kind != 'all' %}
    where {{ area }} is not null
    {%- endif %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

final as (

    select
        as_of_date,
        area_kind,
        area,
        latitude,
        longitude,
        count(*) as customers,
        sum(net_revenue) as net_revenue,
        cast(cos(radians(latitude)) * cos(radians(longitude)) as double) as x,
        cast(cos(radians(latitude)) * sin(radians(longitude)) as double) as y,
        cast(sin(radians(latitude)) as double) as z
    from members
    group by as_of_date, area_kind, area, latitude, longitude

)

select * from final
