with as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    union
    -- the maps of kept dates are the rulers by which later moves are judged
    select as_of_date from {{ ref('int_kept_as_of_dates') }}

),

maps as (

    select
        as_of_dates.as_of_date,
        policy_maps.map_name,
        policy_maps.map_kind,
        policy_maps.default_segment
    from as_of_dates
    inner join {{ ref('stg_policy__rfm_maps') }} as policy_maps
        on policy_maps.is_in_use and {{ valid_on('policy_maps', 'as_of_dates.as_of_date') }}

),

scores as (

    select numbers.score from (values (1), (2), (3), (4), (5)) as numbers (score)

),

codes as (

    select
        maps.*,
        r_scores.score as r_score,
        f_scores.score as f_score,
        m_scores.score as m_score,
        cast(floor((f_scores.score + m_scores.score + 1) / 2.0) as integer) as fm_score
    from maps
    cross join scores as r_scores
    cross join scores as f_scores
    cross join scores as m_scores

),

matching_ranges as (

    select
        codes.as_of_date,
        codes.r_score,
        codes.f_score,
        codes.m_score,
        ranges.segment,
        row_number() over (
            partition by codes.as_of_date, codes.r_score, codes.f_score, codes.m_score
            order by ranges.priority
        ) as match_number
    from codes
    inner join {{ ref('stg_policy__rfm_range_maps') }} as ranges
        on
            codes.map_kind = 'ranges'
            and codes.map_name = ranges.map_name
            and {{ valid_on('ranges', 'codes.as_of_date') }}
            and codes.r_score between ranges.r_from and ranges.r_to
            and codes.f_score between ranges.f_from and ranges.f_to
            and codes.m_score between ranges.m_from and ranges.m_to

),

final as (

    select
        codes.as_of_date,
        codes.map_name,
        codes.r_score,
        codes.f_score,
        codes.m_score,
        coalesce(cells.segment, matching_ranges.segment, codes.default_segment) as segment,
        cells.first_order_within_days,
        cells.otherwise_segment
    from codes
    left join {{ ref('stg_policy__rfm_segment_map') }} as cells
        on
            codes.map_kind = 'grid'
            and codes.r_score = cells.r_score
            and codes.fm_score = cells.fm_score
            and {{ valid_on('cells', 'codes.as_of_date') }}
    left join matching_ranges
        on
            codes.as_of_date = matching_ranges.as_of_date
            and codes.r_score = matching_ranges.r_score
            and codes.f_score = matching_ranges.f_score
            and codes.m_score = matching_ranges.m_score
            and matching_ranges.match_number = 1

)

select * from final
