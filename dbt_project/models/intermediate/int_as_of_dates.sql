with due as (

    select * from {{ ref('int_due_dates') }}

)

select
    as_of_date,
    window_start_date,
    is_newest,
    date_role
from due
where not is_postponed
