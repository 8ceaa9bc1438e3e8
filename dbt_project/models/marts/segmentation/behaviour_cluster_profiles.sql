with members as (

    select
        clusters.as_of_date,
        clusters.fit_date,
        clusters.cluster_number,
        clusters.behaviour_cluster,
        {%- for feature in behaviour_features() %}
        features.{{ feature }},
        {%- endfor %}
        clusters.centre_distance
    from {{ ref('customer_clusters') }} as clusters
    inner join {{ ref('int_behaviour_features') }} as features
        on
            clusters.as_of_date = features.as_of_date
            and clusters.source_code = features.source_code
            and clusters.customer_key = features.customer_key
    where clusters.cluster_number is not null and features.is_asked_for

),

fits as (

    select * from {{ ref('int_behaviour_cluster_fits') }}

),

sizes as (

    select
        as_of_date,
        fit_date,
        cluster_number,
        behaviour_cluster,
        count(*) as customers,
        sum(count(*)) over (partition by as_of_date) as all_customers,
        cast(avg(cast(centre_distance as decimal(18, 9))) as double) as mean_distance
    from members
    group by as_of_date, fit_date, cluster_number, behaviour_cluster

),

measured as (
    {% for feature in behaviour_features() %}
    select
        as_of_date,
        cluster_number,
        '{{ feature }}' as feature,
        count({{ feature }}) as known_customers,
        -- decimals, so that the sum does not depend on the order of rows
        sum(cast({{ feature }} as decimal(18, 9))) as total
    from members
    group by as_of_date, cluster_number
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

means as (

    select
        as_of_date,
        cluster_number,
        feature,
        cast(total as double) / nullif(known_customers, 0) as mean_value,
        cast(sum(total) over (partition by as_of_date, feature) as double)
        / nullif(sum(known_customers) over (partition by as_of_date, feature), 0) as overall_mean_value
    from measured

),

final as (

    select
        sizes.as_of_date,
        sizes.cluster_number,
        sizes.behaviour_cluster,
        sizes.fit_date,
        fits.is_new_cluster,
        fits.silhouette,
        sizes.customers,
        cast(sizes.customers as double) / sizes.all_customers as customer_share,
        sizes.mean_distance,
        means.feature,
        {%- set logarithms = [] -%}
        {%- for feature, about in behaviour_features().items() if about.is_logarithm -%}
        {%- do logarithms.append("'" ~ feature ~ "'") -%}
        {%- endfor %}
        -- measures that stand as logarithms come back as what a typical customer has
        case
            when means.feature in ({{ logarithms | join(', ') }}) then exp(means.mean_value)
            else means.mean_value
        end as typical_value,
        case
            when means.feature in ({{ logarithms | join(', ') }}) then exp(means.overall_mean_value)
            else means.overall_mean_value
        end as overall_typical_value,
        fits.centre as centre_deviations
    from sizes
    inner join means on sizes.as_of_date = means.as_of_date and sizes.cluster_number = means.cluster_number
    inner join fits
        on
            sizes.fit_date = fits.fit_date
            and sizes.cluster_number = fits.cluster_number
            and means.feature = fits.feature

)

select * from final
