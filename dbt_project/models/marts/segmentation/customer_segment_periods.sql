with segments as (

    select
        segments.*,
        dates.date_after
    from {{ ref('customer_segments_as_of') }} as segments
    inner join {{ ref('history_dates') }} as dates on segments.as_of_date = dates.as_of_date

),

-- where something else is seen than at the date before: a period begins, or the customer is not known any more
boundaries as (

    select
        coalesce(segments.source_code, segments_before.source_code) as source_code,
        coalesce(segments.customer_key, segments_before.customer_key) as customer_key,
        coalesce(segments.as_of_date, segments_before.date_after) as boundary_date,
        {%- for dimension in tracked_dimensions() %}
        segments.{{ dimension }},
        {%- endfor %}
        segments.customer_key is not null as is_start
    from segments
    full outer join segments as segments_before
        on
            segments.as_of_date = segments_before.date_after
            and segments.source_code = segments_before.source_code
            and segments.customer_key = segments_before.customer_key
    where
        segments.customer_key is null
        or segments_before.customer_key is null
        {%- for dimension in tracked_dimensions() %}
        or coalesce(segments_before.{{ dimension }}, '') <> coalesce(segments.{{ dimension }}, '')
        {%- endfor %}

),

numbered as (

    select
        *,
        row_number() over (partition by source_code, customer_key, is_start order by boundary_date) as period_number,
        lead(boundary_date) over (partition by source_code, customer_key order by boundary_date) as next_boundary
    from boundaries
    -- after the newest date nothing is seen yet
    where boundary_date is not null

),

final as (

    select
        source_code,
        customer_key,
        cast(period_number as integer) as period_number,
        {%- for dimension in tracked_dimensions() %}
        {{ dimension }},
        {%- endfor %}
        boundary_date as valid_from,
        next_boundary as valid_to
    from numbered
    where is_start

)

select * from final
