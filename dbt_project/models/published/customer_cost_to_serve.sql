with activity_costs as (

    select * from {{ ref('customer_activity_costs') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        activity_costs.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        activity_costs.activity,
        activity_costs.driver_units,
        activity_costs.minutes,
        activity_costs.cost,
        activity_costs.basis
    from activity_costs
    inner join {{ ref('int_customers') }} as identities
        on activity_costs.source_code = identities.source_code and activity_costs.customer_key = identities.customer_key

)

select * from final
