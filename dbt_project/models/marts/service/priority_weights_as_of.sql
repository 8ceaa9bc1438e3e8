{#- The weights of the priority score: given, or derived from pairwise comparisons by AHP (Saaty 1980). The principal
    eigenvector is the limit of the matrix's powers; five squarings give its 32nd, past the last digit that is kept for the matrices
    that are consistent enough to be accepted. -#}

with as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}

),

given as (

    select
        as_of_dates.as_of_date,
        weights.part,
        weights.weight
    from as_of_dates
    inner join {{ ref('stg_policy__priority_weights') }} as weights on {{ valid_on('weights', 'as_of_dates.as_of_date') }}

),

power_0 as (

    select * from {{ ref('int_priority_comparisons') }}

),

{% for step in range(1, 6) -%}
power_{{ step }} as (

    select
        rows_of.as_of_date,
        rows_of.part,
        columns_of.other_part,
        -- divided by the largest sum, so that the powers stay small numbers
        sum(rows_of.judgement * columns_of.judgement)
        / max(sum(rows_of.judgement * columns_of.judgement)) over (partition by rows_of.as_of_date) as judgement
    from power_{{ step - 1 }} as rows_of
    inner join power_{{ step - 1 }} as columns_of
        on rows_of.as_of_date = columns_of.as_of_date and rows_of.other_part = columns_of.part
    group by rows_of.as_of_date, rows_of.part, columns_of.other_part

),

{% endfor -%}
derived as (

    select
        as_of_date,
        part,
        sum(judgement) / sum(sum(judgement)) over (partition by as_of_date) as weight
    from power_5
    group by as_of_date, part

),

-- the matrix maps the weights to themselves, each as many times as large as the others
images as (

    select
        power_0.as_of_date,
        power_0.part,
        sum(power_0.judgement * derived.weight) as image,
        max(case when power_0.part = power_0.other_part then derived.weight end) as weight
    from power_0
    inner join derived on power_0.as_of_date = derived.as_of_date and power_0.other_part = derived.part
    group by power_0.as_of_date, power_0.part

),

eigenvalues as (

    select
        as_of_date,
        part,
        weight,
        avg(image / weight) over (partition by as_of_date) as eigenvalue,
        count(*) over (partition by as_of_date) as parts
    from images

),

-- the mean consistency index of random matrices by size (Saaty 1980)
random_indices as (

    select 1 as parts, 0.0 as random_index
    union all
    select 2 as parts, 0.0 as random_index
    union all
    select 3 as parts, 0.58 as random_index
    union all
    select 4 as parts, 0.90 as random_index
    union all
    select 5 as parts, 1.12 as random_index
    union all
    select 6 as parts, 1.24 as random_index
    union all
    select 7 as parts, 1.32 as random_index
    union all
    select 8 as parts, 1.41 as random_index

),

final as (

    select
        given.as_of_date,
        given.part,
        'given' as method,
        {{ decimal_from(quotient('given.weight', 'sum(given.weight) over (partition by given.as_of_date)'), 12) }} as weight,
        cast(null as double) as consistency_ratio
    from given
    where given.as_of_date not in (select as_of_date from power_0)
    union all
    select
        eigenvalues.as_of_date,
        eigenvalues.part,
        'ahp' as method,
        {{ decimal_from('eigenvalues.weight', 12) }} as weight,
        round(
            case
                when random_indices.random_index = 0 then 0.0
                else (eigenvalues.eigenvalue - eigenvalues.parts) / (eigenvalues.parts - 1) / random_indices.random_index
            end, 9
        ) as consistency_ratio
    from eigenvalues
    inner join random_indices on eigenvalues.parts = random_indices.parts

)

select * from final
