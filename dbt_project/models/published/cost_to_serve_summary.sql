with rollup as (

    select * from {{ ref('cost_to_serve_rollup') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        dimension,
        segment,
        activity,
        driver_units,
        minutes,
        cast(cost as decimal(18, 4)) as cost
    from rollup

)

select * from final
