with customers as (

    select * from {{ ref('int_customers_as_of') }}
    where is_scored

),

cut_points as (

    select
        as_of_date,
        measure,
        {%- for number in range(1, 5) %}
        max(case when cut_number = {{ number }} then cut_value end) as cut_{{ number }},
        {%- endfor %}
        count(*) as cut_count
    from {{ ref('rfm_cut_points') }}
    group by as_of_date, measure

),

scores as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.tenure_days,
        -- few days since the last order are good, so recency counts the cut points at or above the value
        1 + recency.cut_count - {{ cut_points_below('customers.recency_days', 'recency') }} as r_score,
        1 + {{ cut_points_below('customers.window_order_days', 'frequency') }} as f_score,
        1 + {{ cut_points_below('cast(customers.net_revenue as double)', 'monetary') }} as m_score
    from customers
    inner join cut_points as recency
        on customers.as_of_date = recency.as_of_date and recency.measure = 'recency'
    inner join cut_points as frequency
        on customers.as_of_date = frequency.as_of_date and frequency.measure = 'frequency'
    inner join cut_points as monetary
        on customers.as_of_date = monetary.as_of_date and monetary.measure = 'monetary'

),

combined as (

    select
        *,
        -- the mean of both, a half rounded up
        cast(floor((f_score + m_score + 1) / 2.0) as integer) as fm_score
    from scores

),

final as (

    select
        combined.as_of_date,
        combined.source_code,
        combined.customer_key,
        cast(combined.r_score as integer) as r_score,
        cast(combined.f_score as integer) as f_score,
        cast(combined.m_score as integer) as m_score,
        combined.fm_score,
        concat(combined.r_score, combined.f_score, combined.m_score) as rfm_code,
        case
            when segment_map.first_order_within_days is null then segment_map.segment
            when combined.tenure_days <= segment_map.first_order_within_days then segment_map.segment
            else segment_map.otherwise_segment
        end as rfm_segment
    from combined
    left join {{ ref('stg_policy__rfm_segment_map') }} as segment_map
        on
            combined.r_score = segment_map.r_score
            and combined.fm_score = segment_map.fm_score
            and {{ valid_on('segment_map', 'combined.as_of_date') }}

)

select * from final
