with counted as (

    select
        as_of_date,
        date_before,
        dimension,
        from_segment,
        to_segment,
        cause,
        customers,
        cast(net_revenue as decimal(18, 2)) as net_revenue
    from {{ ref('segment_migration_as_of') }}

),

final as (

    select
        *,
        cast(customers as double)
        / sum(customers) over (partition by as_of_date, dimension, from_segment) as conversion_share
    from counted

)

select * from final
