{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where date_role = 'current'
        or as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }}){% endif %}"
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
