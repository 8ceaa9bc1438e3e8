with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}
    where is_newest

),


final as (

    select
        as_of_dates.as_of_date,
        refresh.base_currency,
        refresh.business_timezone,
        refresh.policy_version,
        refresh.code_version
    from as_of_dates
    cross join {{ ref('stg_control__refresh') }} as refresh

)

select * from final
