{#- The chi-square limit by the approximation of Wilson and Hilferty: both engines have square roots and no distributions. -#}
with dates as (

    select
        as_of_date,
        date_before as base_date
    from {{ ref('history_dates') }}
    where date_before is not null

),

policy as (

    select
        dates.as_of_date,
        max(case when parameters.name = 'drift_watch_psi' then cast(parameters.value as double) end) as watch_limit,
        max(case when parameters.name = 'drift_alarm_psi' then cast(parameters.value as double) end) as alarm_limit,
        max(case when parameters.name = 'drift_normal_quantile' then cast(parameters.value as double) end) as z_limit
    from dates
    inner join {{ ref('stg_policy__parameters') }} as parameters on {{ valid_on('parameters', 'dates.as_of_date') }}
    group by dates.as_of_date

),

members as (
    {% for dimension in tracked_dimensions() %}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        coalesce({{ dimension }}, 'none') as segment
    from {{ ref('customer_segments_as_of') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

counts as (

    select
        as_of_date,
        dimension,
        segment,
        count(*) as customers
    from members
    group by as_of_date, dimension, segment

),

sides as (

    select
        dates.as_of_date,
        dates.base_date,
        counts.dimension,
        counts.segment,
        0 as base_customers,
        counts.customers as current_customers
    from counts
    inner join dates on counts.as_of_date = dates.as_of_date
    union all
    select
        dates.as_of_date,
        dates.base_date,
        counts.dimension,
        counts.segment,
        counts.customers as base_customers,
        0 as current_customers
    from counts
    inner join dates on counts.as_of_date = dates.base_date

),

bins as (

    select
        as_of_date,
        base_date,
        dimension,
        segment,
        sum(base_customers) as base_customers,
        sum(current_customers) as current_customers
    from sides
    group by as_of_date, base_date, dimension, segment

),

-- where a bin is empty, half a customer is added to every count
continued as (

    select
        *,
        case
            when
                min(base_customers) over (partition by as_of_date, dimension) = 0
                or min(current_customers) over (partition by as_of_date, dimension) = 0
                then 0.5
            else 0
        end as added
    from bins

),

shares as (

    select
        *,
        count(*) over (partition by as_of_date, dimension) as segment_count,
        cast(base_customers + added as double)
        / cast(sum(base_customers + added) over (partition by as_of_date, dimension) as double) as base_share,
        cast(current_customers + added as double)
        / cast(sum(current_customers + added) over (partition by as_of_date, dimension) as double) as current_share,
        cast(sum(current_customers) over (partition by as_of_date, dimension) as double) as current_total,
        cast(sum(base_customers) over (partition by as_of_date, dimension) as double) as base_total
    from continued

),

parts as (

    select
        *,
        (current_share - base_share) * ln(current_share / base_share) as psi_part
    from shares

),

dimensions as (

    select
        as_of_date,
        dimension,
        max(segment_count) as segment_count,
        -- rounded, since a sum of doubles depends on its order in the last digits
        round(sum(psi_part), 9) as psi,
        max(current_total) as current_total,
        max(base_total) as base_total
    from parts
    group by as_of_date, dimension

),

limits as (

    select
        dimensions.*,
        -- under no change psi is chi-square distributed around (1 / n + 1 / m) x (bins - 1)
        case
            when dimensions.segment_count > 1
                then
                    (1 / dimensions.base_total + 1 / dimensions.current_total) * (dimensions.segment_count - 1)
                    * power(
                        1 - 2.0 / (9 * (dimensions.segment_count - 1))
                        + drift.z_limit * sqrt(2.0 / (9 * (dimensions.segment_count - 1))),
                        3
                    )
            else 0
        end as chance_limit,
        drift.watch_limit,
        drift.alarm_limit
    from dimensions
    inner join policy as drift on dimensions.as_of_date = drift.as_of_date

),

final as (

    select
        parts.as_of_date,
        parts.base_date,
        parts.dimension,
        parts.segment,
        parts.base_customers,
        parts.current_customers,
        round(parts.base_share, 9) as base_share,
        round(parts.current_share, 9) as current_share,
        round(parts.psi_part, 9) as psi_part,
        limits.psi,
        limits.chance_limit,
        case
            when limits.psi <= limits.chance_limit then 'stable'
            when limits.psi >= limits.alarm_limit then 'alarm'
            when limits.psi >= limits.watch_limit then 'watch'
            else 'stable'
        end as verdict
    from parts
    inner join limits on parts.as_of_date = limits.as_of_date and parts.dimension = limits.dimension

)

select * from final
