with segments as (

    select
        segments.*,
        dates.date_before,
        dates.date_after
    from {{ ref('customer_segments_as_of') }} as segments
    inner join {{ ref('history_dates') }} as dates on segments.as_of_date = dates.as_of_date

),

neighbours as (

    select
        *,
        {%- for dimension in tracked_dimensions() %}
        lag({{ dimension }}) over (partition by source_code, customer_key order by as_of_date) as {{ dimension }}_before,
        {%- endfor %}
        lag(as_of_date) over (partition by source_code, customer_key order by as_of_date) as known_before
    from segments

),

marked as (

    select
        *,
        case
            when
                -- also after a date on which the customer was not known
                known_before is null
                or known_before <> date_before
                {%- for dimension in tracked_dimensions() %}
                or coalesce({{ dimension }}_before, '') <> coalesce({{ dimension }}, '')
                {%- endfor %}
                then 1
            else 0
        end as is_start
    from neighbours

),

numbered as (

    select
        *,
        sum(is_start) over (
            partition by source_code, customer_key
            order by as_of_date
            rows between unbounded preceding and current row
        ) as period_number
    from marked

),

periods as (

    select
        source_code,
        customer_key,
        cast(period_number as integer) as period_number,
        {%- for dimension in tracked_dimensions() %}
        max({{ dimension }}) as {{ dimension }},
        {%- endfor %}
        min(as_of_date) as valid_from,
        -- the day on which something else was seen; nothing yet for a period that reaches the newest date
        case when count(date_after) = count(*) then max(date_after) end as valid_to
    from numbered
    group by source_code, customer_key, period_number

),

final as (

    select * from periods

)

select * from final
