with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

parameters as (

    {{ parameters_as_of(['population_gap_weight', 'one_time_gap_probability']) }}

),

gaps as (

    select
        as_of_dates.as_of_date,
        gaps.source_code,
        gaps.customer_key,
        gaps.order_date,
        gaps.gap_days,
        max(gaps.order_date) over (
            partition by as_of_dates.as_of_date, gaps.source_code, gaps.customer_key
        ) as last_order_date
    from {{ ref('int_order_day_gaps') }} as gaps
    inner join as_of_dates on gaps.order_date <= as_of_dates.as_of_date

),

-- gaps are whole days, so the population is a short list of lengths with counts
lengths as (

    select
        as_of_date,
        gap_days,
        sum(count(*)) over (
            partition by as_of_date order by gap_days rows between unbounded preceding and current row
        ) as gaps_up_to,
        sum(count(*)) over (partition by as_of_date) as gap_count
    from gaps
    group by as_of_date, gap_days

),

probabilities as (

    select as_of_date, 'median' as name, cast(0.5 as decimal(6, 4)) as probability from as_of_dates
    union all
    select as_of_date, 'one_time' as name, cast(one_time_gap_probability as decimal(6, 4)) as probability from parameters

),

-- quantile type 7 (Hyndman & Fan 1996): position 1 + (n - 1) p, linear between the neighbours
quantiles as (

    select
        lengths.as_of_date,
        points.name,
        1 + (max(lengths.gap_count) - 1) * max(points.probability) as position,
        min(
            case when lengths.gaps_up_to >= floor(1 + (lengths.gap_count - 1) * points.probability) then lengths.gap_days end
        ) as lower_neighbour,
        min(
            case when lengths.gaps_up_to >= ceil(1 + (lengths.gap_count - 1) * points.probability) then lengths.gap_days end
        ) as upper_neighbour
    from lengths
    inner join probabilities as points on lengths.as_of_date = points.as_of_date
    group by lengths.as_of_date, points.name

),

interpolated as (

    select
        as_of_date,
        name,
        lower_neighbour + (position - floor(position)) * (upper_neighbour - lower_neighbour) as gap_days
    from quantiles

),

population as (

    select
        as_of_date,
        max(case when name = 'median' then gap_days end) as median_gap_days,
        max(case when name = 'one_time' then gap_days end) as one_time_gap_days
    from interpolated
    group by as_of_date

),

own as (

    select
        as_of_date,
        source_code,
        customer_key,
        count(*) as gap_count,
        {{ median_of('gap_days') }} as median_gap_days,
        {{ median_of('case when order_date < last_order_date then gap_days end') }} as median_gap_before_last_days,
        max(case when order_date = last_order_date then gap_days end) as last_gap_days,
        sum(gap_days) as gap_sum,
        sum(gap_days * gap_days) as gap_square_sum
    from gaps
    group by as_of_date, source_code, customer_key

),

customers as (

    select as_of_date, source_code, customer_key from {{ ref('int_customers_as_of') }}
    where is_scored

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        coalesce(own.gap_count, 0) as gap_count,
        own.last_gap_days,
        cast(
            case
                when own.gap_count is null then population.one_time_gap_days
                else
                    (own.gap_count * own.median_gap_days + parameters.population_gap_weight * population.median_gap_days)
                    / (own.gap_count + parameters.population_gap_weight)
            end as double
        ) as own_gap_days,
        -- what the customer's gap was before the last one came: a customer who was away and returned is judged by it
        cast(
            case
                when own.gap_count is null then null
                when own.gap_count = 1 then population.one_time_gap_days
                else (
                    (own.gap_count - 1) * own.median_gap_before_last_days
                    + parameters.population_gap_weight * population.median_gap_days
                ) / (own.gap_count - 1 + parameters.population_gap_weight)
            end as double
        ) as own_gap_before_last_days,
        -- sample standard deviation over mean, from whole sums: the same whatever order they were added in
        case
            when own.gap_count > 1
                then sqrt(
                    greatest(own.gap_square_sum - cast(own.gap_sum as double) * own.gap_sum / own.gap_count, 0)
                    / (own.gap_count - 1)
                ) / (cast(own.gap_sum as double) / own.gap_count)
        end as gap_variation
    from customers
    inner join parameters on customers.as_of_date = parameters.as_of_date
    left join population on customers.as_of_date = population.as_of_date
    left join own
        on
            customers.as_of_date = own.as_of_date
            and customers.source_code = own.source_code
            and customers.customer_key = own.customer_key

)

select * from final
