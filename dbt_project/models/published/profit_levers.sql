with levers as (

    select * from {{ ref('customer_levers') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        levers.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        cast(levers.lever_rank as bigint) as lever_rank,
        levers.lever,
        cast(levers.amount as decimal(18, 2)) as amount,
        cast(levers.net_contribution as decimal(18, 2)) as net_contribution
    from levers
    inner join {{ ref('int_customers') }} as identities
        on levers.source_code = identities.source_code and levers.customer_key = identities.customer_key

)

select * from final
