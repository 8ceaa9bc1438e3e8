with numbered_dates as (

    select
        as_of_date,
        row_number() over (order by as_of_date) as date_number
    from {{ ref('history_dates') }}

),

-- the base is so many reviews back as the policy says
dates as (

    select
        numbered_dates.as_of_date,
        base_dates.as_of_date as base_date
    from numbered_dates
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on
            parameters.name = 'drift_base_reviews'
            and {{ valid_on('parameters', 'numbered_dates.as_of_date') }}
    inner join numbered_dates as base_dates
        on numbered_dates.date_number - cast(parameters.value as integer) = base_dates.date_number

),

policy as (

    select
        dates.as_of_date,
        max(case when parameters.name = 'drift_watch_psi' then cast(parameters.value as double) end) as watch_limit,
        max(case when parameters.name = 'drift_alarm_psi' then cast(parameters.value as double) end) as alarm_limit,
        max(case when parameters.name = 'drift_significance' then cast(parameters.value as double) end) as significance
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

tested as (

    select
        *,
        segment_count - 1 as degrees_of_freedom,
        -- under no change psi is distributed as chi-square x (1 / base customers + 1 / current customers)
        cast(round(psi / (1 / base_total + 1 / current_total), 9) as double) as chi2_statistic
    from dimensions

),

judged as (

    select
        tested.*,
        round({{ chi_square_upper_tail('tested.chi2_statistic', 'tested.degrees_of_freedom') }}, 6) as chi2_p_value,
        policy.watch_limit,
        policy.alarm_limit,
        policy.significance
    from tested
    inner join policy on tested.as_of_date = policy.as_of_date

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
        judged.psi,
        judged.chi2_statistic,
        cast(judged.degrees_of_freedom as integer) as degrees_of_freedom,
        judged.chi2_p_value,
        case
            when judged.chi2_p_value >= judged.significance then 'stable'
            when judged.psi >= judged.alarm_limit then 'alarm'
            when judged.psi >= judged.watch_limit then 'watch'
            else 'stable'
        end as verdict
    from parts
    inner join judged on parts.as_of_date = judged.as_of_date and parts.dimension = judged.dimension

)

select * from final
