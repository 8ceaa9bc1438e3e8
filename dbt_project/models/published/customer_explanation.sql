with rules as (

    select * from {{ ref('customer_rules') }}

),

final as (

    select
        rules.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        rules.dimension,
        rules.rule,
        rules.measured as value,
        rules.limit_value,
        rules.outcome
    from rules
    inner join {{ ref('int_customers') }} as identities
        on rules.source_code = identities.source_code and rules.customer_key = identities.customer_key

)

select * from final
