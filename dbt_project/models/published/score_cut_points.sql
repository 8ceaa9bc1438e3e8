with cut_points as (

    select * from {{ ref('rfm_cut_points') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        as_of_date,
        measure,
        cut_number,
        cut_value,
        scheme,
        method,
        valid_from
    from cut_points

)

select * from final
