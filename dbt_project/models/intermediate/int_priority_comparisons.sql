with judgements as (

    select
        as_of_dates.as_of_date,
        comparisons.part,
        comparisons.other_part,
        cast(comparisons.judgement as double) as judgement
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('stg_policy__priority_comparisons') }} as comparisons
        on {{ valid_on('comparisons', 'as_of_dates.as_of_date') }}

),

compared_parts as (

    select as_of_date, part from judgements
    union
    select as_of_date, other_part as part from judgements

),

final as (

    select as_of_date, part, other_part, judgement from judgements
    union all
    select as_of_date, other_part as part, part as other_part, 1 / judgement as judgement from judgements
    union all
    select as_of_date, part, part as other_part, cast(1 as double) as judgement from compared_parts

)

select * from final
