{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_computed_dates(ref('int_as_of_dates')) }}"
) }}

with cut_points as (

    select * from {{ ref('rfm_cut_points') }}

),

final as (

    select
        cut_points.*,
        as_of_dates.date_role
    from cut_points
    inner join {{ ref('int_as_of_dates') }} as as_of_dates on cut_points.as_of_date = as_of_dates.as_of_date
    where as_of_dates.date_role <> 'base'

)

select * from final
