with fulfilment as (

    select
        orders.as_of_date,
        orders.source_code,
        orders.order_key,
        cast(date_trunc('month', orders.order_date) as date) as order_month,
        orders.is_on_time,
        orders.is_in_full,
        orders.is_otif,
        orders.is_perfect,
        orders.cycle_time_days,
        tiers.service_tier,
        coalesce(rfm.rfm_segment, 'none') as rfm_segment
    from {{ ref('int_order_fulfilment_as_of') }} as orders
    inner join {{ ref('customer_service_tier') }} as tiers
        on
            orders.as_of_date = tiers.as_of_date
            and orders.source_code = tiers.source_code
            and orders.customer_key = tiers.customer_key
    left join {{ ref('customer_rfm') }} as rfm
        on
            orders.as_of_date = rfm.as_of_date
            and orders.source_code = rfm.source_code
            and orders.customer_key = rfm.customer_key

),

members as (

    {% for dimension in ['service_tier', 'rfm_segment'] -%}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment,
        order_month,
        is_on_time,
        is_in_full,
        is_otif,
        is_perfect,
        cycle_time_days
    from fulfilment
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (

    select
        as_of_date,
        dimension,
        segment,
        order_month,
        count(*) as orders,
        count(is_otif) as judged_orders,
        {% for measure in ['on_time', 'in_full', 'otif', 'perfect'] -%}
        avg(cast(case when is_{{ measure }} then 1 when not is_{{ measure }} then 0 end as double))
            as {{ 'perfect_order' if measure == 'perfect' else measure }}_share,
        {% endfor -%}
        cast(avg(cycle_time_days) as double) as order_cycle_time_days
    from members
    group by as_of_date, dimension, segment, order_month

)

select * from final
