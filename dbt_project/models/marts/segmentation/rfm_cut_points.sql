with customers as (

    select * from {{ ref('int_customers_as_of') }}
    where is_scored

),

measures as (

    select as_of_date, 'recency' as measure, cast(recency_days as double) as measured from customers
    union all
    select as_of_date, 'frequency' as measure, cast(window_order_days as double) as measured from customers
    union all
    select as_of_date, 'monetary' as measure, cast(net_revenue as double) as measured from customers

),

methods as (

    select
        as_of_dates.as_of_date,
        rfm_measures.measure,
        rfm_measures.method
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('stg_policy__rfm_measures') }} as rfm_measures
        on {{ valid_on('rfm_measures', 'as_of_dates.as_of_date') }}

),

ranked as (

    select
        measures.as_of_date,
        measures.measure,
        measures.measured,
        -- rows that tie carry the same value: whichever comes first, the value at a position is the same
        row_number() over (partition by measures.as_of_date, measures.measure order by measures.measured) as position,
        count(*) over (partition by measures.as_of_date, measures.measure) as customers
    from measures
    inner join methods
        on measures.as_of_date = methods.as_of_date and measures.measure = methods.measure and methods.method = 'quantile'

),

populations as (

    select distinct as_of_date, measure, customers from ranked

),

-- quantile type 7 (Hyndman & Fan 1996): position 1 + (n - 1) p, linear between the neighbours. Decimal arithmetic, so that a
-- position that is whole is exactly whole.
positions as (

    select
        populations.as_of_date,
        populations.measure,
        points.cut_number,
        1 + (populations.customers - 1) * cast(points.probability as decimal(6, 4)) as position
    from populations
    inner join {{ ref('stg_policy__rfm_quantile_points') }} as points
        on {{ valid_on('points', 'populations.as_of_date') }}

),

quantiles as (

    select
        positions.as_of_date,
        positions.measure,
        positions.cut_number,
        lower_neighbour.measured
        + cast(positions.position - floor(positions.position) as double)
        * (upper_neighbour.measured - lower_neighbour.measured) as cut_value
    from positions
    inner join ranked as lower_neighbour
        on
            positions.as_of_date = lower_neighbour.as_of_date
            and positions.measure = lower_neighbour.measure
            and cast(floor(positions.position) as bigint) = lower_neighbour.position
    inner join ranked as upper_neighbour
        on
            positions.as_of_date = upper_neighbour.as_of_date
            and positions.measure = upper_neighbour.measure
            and cast(ceil(positions.position) as bigint) = upper_neighbour.position

),

fixed as (

    select
        methods.as_of_date,
        methods.measure,
        points.cut_number,
        cast(points.cut_value as double) as cut_value
    from methods
    inner join {{ ref('stg_policy__rfm_fixed_points') }} as points
        on methods.measure = points.measure and {{ valid_on('points', 'methods.as_of_date') }}
    where methods.method = 'fixed'

),

final as (

    select as_of_date, measure, 'quantile' as method, cut_number, cut_value from quantiles
    union all
    select as_of_date, measure, 'fixed' as method, cut_number, cut_value from fixed

)

select * from final
