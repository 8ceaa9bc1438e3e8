-- A returned row is a date on which the pairwise comparisons of the priority score contradict each other by more than the
-- policy allows (AHP consistency ratio, Saaty 1980): weights derived from them mean nothing. Correct the comparisons.
with limits as (

    {{ parameters_as_of(['largest_consistency_ratio']) }}

)

select distinct
    weights.as_of_date,
    weights.consistency_ratio
from {{ ref('priority_weights_as_of') }} as weights
inner join limits on weights.as_of_date = limits.as_of_date
where weights.consistency_ratio > limits.largest_consistency_ratio
