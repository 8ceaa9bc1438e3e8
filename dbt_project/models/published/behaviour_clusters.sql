with profiles as (

    select * from {{ ref('behaviour_cluster_profiles') }}

),

final as (

    select
        profiles.as_of_date,
        profiles.behaviour_cluster,
        profiles.fit_date,
        profiles.is_new_cluster,
        profiles.silhouette,
        profiles.customers,
        profiles.customer_share,
        profiles.mean_distance,
        profiles.feature,
        profiles.typical_value,
        profiles.overall_typical_value,
        profiles.centre_deviations
    from profiles
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on profiles.as_of_date = as_of_dates.as_of_date and as_of_dates.is_newest

)

select * from final
