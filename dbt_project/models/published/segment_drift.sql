with drift as (

    select * from {{ ref('segment_drift_as_of') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        base_date,
        dimension,
        segment,
        cast(base_customers as bigint) as base_customers,
        cast(current_customers as bigint) as current_customers,
        base_share,
        current_share,
        psi_part,
        psi,
        chi2_statistic,
        degrees_of_freedom,
        chi2_p_value,
        verdict
    from drift

)

select * from final
