with customers as (

    select * from {{ ref('customer_rfm_values') }}

),

-- the ruler of a date: its own, or that of the base date
rulers as (

    select
        as_of_dates.as_of_date,
        rfm_measures.measure,
        rfm_measures.method,
        rfm_measures.basis,
        case when rfm_measures.method = 'frozen' then rfm_measures.base_date else as_of_dates.as_of_date end as ruler_date,
        rfm_measures.valid_from
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('stg_policy__rfm_measures') }} as rfm_measures
        on {{ valid_on('rfm_measures', 'as_of_dates.as_of_date') }}

),

populations as (

    select
        customers.as_of_date,
        count(*) as customers,
        case when count(*) < max(parameters.value) then 3 else 5 end as score_count
    from customers
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'least_scored_customers' and {{ valid_on('parameters', 'customers.as_of_date') }}
    group by customers.as_of_date

),

measures as (

    select as_of_date, 'recency' as measure, cast(recency_days as double) as measured from customers
    union all
    select as_of_date, 'frequency' as measure, cast(frequency as double) as measured from customers
    union all
    select as_of_date, 'monetary' as measure, cast(monetary as double) as measured from customers

),

ranked as (

    select
        measures.as_of_date,
        measures.measure,
        measures.measured,
        -- rows that tie carry the same value: whichever comes first, the value at a position is the same
        row_number() over (partition by measures.as_of_date, measures.measure order by measures.measured) as position
    from measures
    where
        (measures.as_of_date, measures.measure)
        in (select ruler_date, measure from rulers where method in ('quantile', 'frozen', 'r_rfm'))

),

-- shares as whole numbers of parts, so that a position that is whole is exactly whole; three scores are thirds of the customers
shares as (

    select
        populations.as_of_date,
        points.cut_number,
        (populations.customers - 1) * cast(cast(points.probability as decimal(6, 4)) * 10000 as bigint) as parts,
        10000 as parts_per_position
    from populations
    inner join {{ ref('stg_policy__rfm_quantile_points') }} as points
        on populations.score_count = 5 and {{ valid_on('points', 'populations.as_of_date') }}
    union all
    select
        populations.as_of_date,
        thirds.cut_number,
        (populations.customers - 1) * thirds.cut_number as parts,
        3 as parts_per_position
    from populations
    cross join (values (1), (2)) as thirds (cut_number)
    where populations.score_count = 3

),

-- quantile type 7 (Hyndman & Fan 1996): position 1 + (n - 1) p, linear between the neighbours
positions as (

    select
        as_of_date,
        cut_number,
        cast(1 + (parts - parts % parts_per_position) / parts_per_position as bigint) as lower_position,
        cast(parts % parts_per_position as double) / parts_per_position as fraction
    from shares

),

quantiles as (

    select
        positions.as_of_date as ruler_date,
        lower_neighbour.measure,
        positions.cut_number,
        lower_neighbour.measured
        + positions.fraction * (coalesce(upper_neighbour.measured, lower_neighbour.measured) - lower_neighbour.measured)
            as cut_value
    from positions
    inner join ranked as lower_neighbour
        on positions.as_of_date = lower_neighbour.as_of_date and positions.lower_position = lower_neighbour.position
    left join ranked as upper_neighbour
        on
            lower_neighbour.as_of_date = upper_neighbour.as_of_date
            and lower_neighbour.measure = upper_neighbour.measure
            and lower_neighbour.position + 1 = upper_neighbour.position

),

from_quantiles as (

    select
        rulers.as_of_date,
        rulers.measure,
        rulers.method,
        rulers.ruler_date as valid_from,
        populations.score_count,
        quantiles.cut_number,
        case when rulers.method = 'r_rfm' then quantiles.cut_value + 1 else quantiles.cut_value end as cut_value
    from rulers
    inner join quantiles on rulers.ruler_date = quantiles.ruler_date and rulers.measure = quantiles.measure
    inner join populations on rulers.ruler_date = populations.as_of_date
    -- days are no ruler for orders: the base date has to measure the same thing
    inner join rulers as base
        on rulers.ruler_date = base.as_of_date and rulers.measure = base.measure and rulers.basis = base.basis
    where rulers.method in ('quantile', 'frozen', 'r_rfm')

),

from_policy as (

    select
        rulers.as_of_date,
        rulers.measure,
        rulers.method,
        points.valid_from,
        populations.score_count,
        case when populations.score_count = 3 then points.three_score_cut_number else points.cut_number end as cut_number,
        cast(points.cut_value as double) as cut_value
    from rulers
    inner join populations on rulers.as_of_date = populations.as_of_date
    inner join {{ ref('stg_policy__rfm_fixed_points') }} as points
        on
            rulers.measure = points.measure
            and {{ valid_on('points', 'rulers.as_of_date') }}
            and (populations.score_count = 5 or points.three_score_cut_number is not null)
    where rulers.method = 'fixed'

),

cut_points as (

    select * from from_quantiles
    union all
    select * from from_policy

),

final as (

    select
        as_of_date,
        measure,
        case score_count when 3 then 'three_scores' else 'five_scores' end as scheme,
        method,
        valid_from,
        cut_number,
        cut_value
    from cut_points

)

select * from final
