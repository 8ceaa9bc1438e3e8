{#- The weights of the priority score: given, or derived from pairwise comparisons by AHP (Saaty 1980). The principal
    eigenvector is the limit of the matrix's powers; six squarings give its 64th, far past the last digit for the matrices that are
    consistent enough to be accepted. -#}

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

judgements as (

    select
        as_of_dates.as_of_date,
        comparisons.part,
        comparisons.other_part,
        cast(comparisons.judgement as double) as judgement
    from as_of_dates
    inner join {{ ref('stg_policy__priority_comparisons') }} as comparisons
        on {{ valid_on('comparisons', 'as_of_dates.as_of_date') }}

),

compared_parts as (

    select as_of_date, part from judgements
    union
    select as_of_date, other_part as part from judgements

),

power_0 as (

    select as_of_date, part, other_part, judgement from judgements
    union all
    select as_of_date, other_part as part, part as other_part, 1 / judgement as judgement from judgements
    union all
    select as_of_date, part, part as other_part, cast(1 as double) as judgement from compared_parts

),

{% for step in range(1, 7) -%}
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
    from power_6
    group by as_of_date, part

),

eigenvalues as (

    select
        as_of_date,
        avg(image / weight) as eigenvalue,
        count(*) as parts
    from (
        select
            power_0.as_of_date,
            power_0.part,
            sum(power_0.judgement * derived.weight) as image,
            max(own.weight) as weight
        from power_0
        inner join derived on power_0.as_of_date = derived.as_of_date and power_0.other_part = derived.part
        inner join derived as own on power_0.as_of_date = own.as_of_date and power_0.part = own.part
        group by power_0.as_of_date, power_0.part
    ) as images
    group by as_of_date

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

consistency as (

    select
        eigenvalues.as_of_date,
        case
            when random_indices.random_index = 0 then 0.0
            else (eigenvalues.eigenvalue - eigenvalues.parts) / (eigenvalues.parts - 1) / random_indices.random_index
        end as consistency_ratio
    from eigenvalues
    inner join random_indices on eigenvalues.parts = random_indices.parts

),

final as (

    select
        given.as_of_date,
        given.part,
        'given' as method,
        cast(given.weight / sum(given.weight) over (partition by given.as_of_date) as decimal(18, 12)) as weight,
        cast(null as double) as consistency_ratio
    from given
    where given.as_of_date not in (select as_of_date from judgements)
    union all
    select
        derived.as_of_date,
        derived.part,
        'ahp' as method,
        cast(derived.weight as decimal(18, 12)) as weight,
        round(consistency.consistency_ratio, 9) as consistency_ratio
    from derived
    inner join consistency on derived.as_of_date = consistency.as_of_date

)

select * from final
