with equations as (

    select * from {{ ref('stg_policy__time_equations') }}

),

pools as (

    select * from {{ ref('stg_policy__activity_pools') }}

),

-- what holds at once: a version of one table lies over versions of the other
terms as (

    select
        equations.activity,
        pools.pool,
        pools.driver,
        equations.attribute_value,
        greatest(equations.valid_from, pools.valid_from) as valid_from,
        least(equations.valid_to, pools.valid_to) as valid_to,
        case when equations.driver = pools.driver then equations.minutes_per_unit else 0 end as minutes_per_unit,
        case when equations.driver <> pools.driver then equations.minutes_per_unit else 0 end as minutes_per_other_unit
    from equations
    inner join pools
        on
            equations.activity = pools.activity
            and (pools.valid_to is null or equations.valid_from < pools.valid_to)
            and (equations.valid_to is null or equations.valid_to > pools.valid_from)

),

attribute_values as (

    select distinct activity, pool, driver, valid_from, valid_to, attribute_value from terms
    union
    select distinct activity, pool, driver, valid_from, valid_to, '*' as attribute_value from terms

),

final as (

    select
        attribute_values.activity,
        attribute_values.pool,
        attribute_values.driver,
        attribute_values.attribute_value,
        attribute_values.valid_from,
        attribute_values.valid_to,
        cast(sum(terms.minutes_per_unit) as decimal(9, 4)) as minutes_per_unit,
        cast(sum(terms.minutes_per_other_unit) as decimal(9, 4)) as minutes_per_other_unit
    from attribute_values
    inner join terms
        on
            attribute_values.activity = terms.activity
            and attribute_values.valid_from = terms.valid_from
            and terms.attribute_value in ('*', attribute_values.attribute_value)
    group by
        attribute_values.activity,
        attribute_values.pool,
        attribute_values.driver,
        attribute_values.attribute_value,
        attribute_values.valid_from,
        attribute_values.valid_to

)

select * from final
