{#- Centres are found seldom; every day a customer goes to the nearest one, by the ruler of the day on which it was found. -#}
with customers as (

    select as_of_date, source_code, customer_key, window_order_count from {{ ref('int_customers_as_of') }}

),

features as (

    select * from {{ ref('int_behaviour_features') }}
    where is_asked_for

),

fits as (

    select * from {{ ref('int_behaviour_cluster_fits') }}

),

centres as (

    select
        fit_date,
        cluster_number,
        {%- for feature in behaviour_features() %}
        {%- for measure in ['weight', 'mean_value', 'deviation', 'centre'] %}
        max(case when feature = '{{ feature }}' then {{ measure }} end) as {{ feature }}_{{ measure }},
        {%- endfor %}
        {%- endfor %}
        behaviour_cluster
    from fits
    group by fit_date, cluster_number, behaviour_cluster

),

fitted_dates as (

    select distinct fit_date from fits

),

reviews_before as (

    select
        as_of_dates.as_of_date,
        max(reviews.review_date) as review_date
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('int_review_dates') }} as reviews on as_of_dates.as_of_date > reviews.review_date
    group by as_of_dates.as_of_date

),

-- the newest fit, and which one that was at the review before
rulers as (

    select
        as_of_dates.as_of_date,
        max(fit_dates.fit_date) as fit_date,
        max(case when fit_dates.fit_date <= reviews_before.review_date then fit_dates.fit_date end) as fit_date_before
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('int_cluster_fit_dates') }} as fit_dates on as_of_dates.as_of_date >= fit_dates.fit_date
    inner join fitted_dates on fit_dates.fit_date = fitted_dates.fit_date
    left join reviews_before on as_of_dates.as_of_date = reviews_before.as_of_date
    group by as_of_dates.as_of_date

),

-- one fit for most dates
fits_to_measure_by as (

    select
        as_of_date,
        fit_date
    from rulers
    union
    select
        as_of_date,
        fit_date_before as fit_date
    from rulers
    where fit_date_before is not null

),

limits as (

    {{ parameters_as_of(['cluster_outlier_deviations']) }}

),

distances as (

    select
        features.as_of_date,
        features.source_code,
        features.customer_key,
        fits_to_measure_by.fit_date,
        centres.cluster_number,
        -- what is not known lies at the mean; a measure that the fit does not use separates nobody
        {%- for feature in behaviour_features() %}
        {{ '+ ' if not loop.first }}coalesce(
            centres.{{ feature }}_weight * power(
                greatest(least(
                    coalesce(
                        (features.{{ feature }} - centres.{{ feature }}_mean_value) / centres.{{ feature }}_deviation, 0
                    ),
                    limits.cluster_outlier_deviations
                ), -limits.cluster_outlier_deviations) - centres.{{ feature }}_centre,
                2
            ), 0
        )
        {%- endfor %} as squared_distance
    from features
    inner join fits_to_measure_by on features.as_of_date = fits_to_measure_by.as_of_date
    inner join limits on features.as_of_date = limits.as_of_date
    inner join centres on fits_to_measure_by.fit_date = centres.fit_date

),

-- distance and number in one whole number: the smallest is the nearest, of equally near ones the first
nearest as (

    select
        as_of_date,
        source_code,
        customer_key,
        fit_date,
        min(cast(round(squared_distance * 1000000) as bigint) * 1000 + cluster_number) as distance_and_number
    from distances
    group by as_of_date, source_code, customer_key, fit_date

),

named as (

    select
        nearest.as_of_date,
        nearest.source_code,
        nearest.customer_key,
        nearest.fit_date,
        centres.cluster_number,
        sqrt(floor(nearest.distance_and_number / 1000) / 1000000) as centre_distance,
        centres.behaviour_cluster
    from nearest
    inner join centres
        on nearest.fit_date = centres.fit_date and nearest.distance_and_number % 1000 = centres.cluster_number

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        rulers.fit_date,
        named.cluster_number,
        named.centre_distance,
        case when rulers.fit_date is not null then coalesce(named.behaviour_cluster, 'none') end as behaviour_cluster,
        case
            when rulers.fit_date_before is not null then coalesce(named_before.behaviour_cluster, 'none')
        end as behaviour_cluster_by_fit_before
    from customers
    left join rulers on customers.as_of_date = rulers.as_of_date
    left join named
        on
            customers.as_of_date = named.as_of_date
            and customers.source_code = named.source_code
            and customers.customer_key = named.customer_key
            and rulers.fit_date = named.fit_date
    left join named as named_before
        on
            customers.as_of_date = named_before.as_of_date
            and customers.source_code = named_before.source_code
            and customers.customer_key = named_before.customer_key
            and rulers.fit_date_before = named_before.fit_date

)

select * from final
