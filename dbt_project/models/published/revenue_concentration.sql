with concentration as (

    select * from {{ ref('revenue_concentration_as_of') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        customers,
        customers_below_zero,
        cast(net_revenue as decimal(18, 2)) as net_revenue,
        top_customer_share,
        top_customers,
        top_net_revenue_share,
        target_net_revenue_share,
        customers_for_target,
        customer_share_for_target,
        gini
    from concentration

)

select * from final
