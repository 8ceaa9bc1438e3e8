with customers as (

    select * from {{ ref('customer_rfm_values') }}

),

cut_points as (

    {{ cut_points_by_measure(ref('rfm_cut_points')) }}

),

scores as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.tenure_days,
        customers.recency_days,
        customers.frequency,
        customers.monetary,
        {{ rfm_scores('customers') }}
    from customers
    inner join cut_points as recency
        on customers.as_of_date = recency.as_of_date and recency.measure = 'recency'
    inner join cut_points as frequency
        on customers.as_of_date = frequency.as_of_date and frequency.measure = 'frequency'
    inner join cut_points as monetary
        on customers.as_of_date = monetary.as_of_date and monetary.measure = 'monetary'

),

final as (

    select
        scores.as_of_date,
        scores.source_code,
        scores.customer_key,
        scores.recency_days,
        scores.frequency,
        scores.monetary,
        scores.r_score,
        scores.f_score,
        scores.m_score,
        -- the mean of both, a half rounded up
        cast(floor((scores.f_score + scores.m_score + 1) / 2.0) as integer) as fm_score,
        concat(scores.r_score, scores.f_score, scores.m_score) as rfm_code,
        case
            when segments.first_order_within_days is null then segments.segment
            when scores.tenure_days <= segments.first_order_within_days then segments.segment
            else segments.otherwise_segment
        end as rfm_segment
    from scores
    left join {{ ref('rfm_code_segments') }} as segments
        on
            scores.as_of_date = segments.as_of_date
            and scores.r_score = segments.r_score
            and scores.f_score = segments.f_score
            and scores.m_score = segments.m_score

)

select * from final
