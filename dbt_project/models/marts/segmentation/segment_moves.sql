{#- Each customer's step from one date of the history to the next; and where it would stand now by the ruler of then. -#}
with dates as (

    select
        as_of_date,
        date_before
    from {{ ref('history_dates') }}
    where date_before is not null

),

segments as (

    select * from {{ ref('customer_segments_as_of') }}

),

customers_now as (

    select
        dates.as_of_date,
        dates.date_before,
        segments.source_code,
        segments.customer_key,
        {%- for dimension in tracked_dimensions() %}
        nullif(segments.{{ dimension }}, 'none') as {{ dimension }},
        {%- endfor %}
        segments.net_revenue
    from segments
    inner join dates on segments.as_of_date = dates.as_of_date

),

customers_before as (

    select
        dates.as_of_date,
        dates.date_before,
        segments.source_code,
        segments.customer_key,
        {%- for dimension in tracked_dimensions() %}
        nullif(segments.{{ dimension }}, 'none') as {{ dimension }},
        {%- endfor %}
        segments.net_revenue
    from segments
    inner join dates on segments.as_of_date = dates.date_before

),

steps as (

    select
        coalesce(customers_now.as_of_date, customers_before.as_of_date) as as_of_date,
        coalesce(customers_now.date_before, customers_before.date_before) as date_before,
        coalesce(customers_now.source_code, customers_before.source_code) as source_code,
        coalesce(customers_now.customer_key, customers_before.customer_key) as customer_key,
        {%- for dimension in tracked_dimensions() %}
        customers_before.{{ dimension }} as from_{{ dimension }},
        customers_now.{{ dimension }} as to_{{ dimension }},
        {%- endfor %}
        coalesce(customers_now.net_revenue, customers_before.net_revenue) as net_revenue
    from customers_now
    full outer join customers_before
        on
            customers_now.as_of_date = customers_before.as_of_date
            and customers_now.source_code = customers_before.source_code
            and customers_now.customer_key = customers_before.customer_key

),

judged as (

    select
        {%- for dimension in tracked_dimensions() %}
        by_old_ruler.{{ dimension }} as old_{{ dimension }},
        {%- endfor %}
        steps.*
    from steps
    left join {{ ref('segments_by_the_ruler_before') }} as by_old_ruler
        on
            steps.as_of_date = by_old_ruler.as_of_date
            and steps.source_code = by_old_ruler.source_code
            and steps.customer_key = by_old_ruler.customer_key

),

final as (
    {% for dimension in tracked_dimensions() %}
    select
        as_of_date,
        date_before,
        source_code,
        customer_key,
        '{{ dimension }}' as dimension,
        from_{{ dimension }} as from_segment,
        to_{{ dimension }} as to_segment,
        net_revenue,
        case
            when from_{{ dimension }} is null and to_{{ dimension }} is null then 'stayed'
            when from_{{ dimension }} is null then 'entered'
            when to_{{ dimension }} is null then 'left'
            when from_{{ dimension }} = to_{{ dimension }} then 'stayed'
            when from_{{ dimension }} = old_{{ dimension }} then 'ruler_moved'
            else 'customer_moved'
        end as cause
    from judged
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final
