-- A returned row is a measure and as-of date with customers to score and not exactly four cut points (two where there are three
-- scores) in rising order: its customers would get wrong scores, or none.
with expected as (

    select distinct
        customers.as_of_date,
        measures.measure
    from {{ ref('int_customers_as_of') }} as customers
    cross join (values ('recency'), ('frequency'), ('monetary')) as measures (measure)
    where customers.is_scored

),

found as (

    select
        *,
        lag(cut_value) over (partition by as_of_date, measure order by cut_number) as cut_value_before
    from {{ ref('rfm_cut_points') }}

)

select
    expected.as_of_date,
    expected.measure,
    count(found.cut_value) as cut_points,
    count(case when found.cut_value < found.cut_value_before then 1 end) as falling
from expected
left join found on expected.as_of_date = found.as_of_date and expected.measure = found.measure
group by expected.as_of_date, expected.measure
having
    count(distinct case when found.cut_number between 1 and 4 then found.cut_number end)
    <> max(case when found.scheme = 'three_scores' then 2 else 4 end)
    or count(found.cut_value) <> max(case when found.scheme = 'three_scores' then 2 else 4 end)
    or count(case when found.cut_value < found.cut_value_before then 1 end) > 0
