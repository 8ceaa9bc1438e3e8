with causes as (

    select * from {{ ref('customer_loss_causes') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        causes.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        cast(causes.net_revenue as decimal(18, 2)) as net_revenue,
        cast(causes.gross_margin as decimal(18, 2)) as gross_margin,
        cast(causes.net_contribution as decimal(18, 2)) as net_contribution,
        cast(causes.cause_rank as bigint) as cause_rank,
        causes.activity,
        cast(causes.cost as decimal(18, 2)) as cost,
        causes.cost_share,
        causes.usual_cost_share,
        cast(causes.excess_cost as decimal(18, 2)) as excess_cost
    from causes
    inner join {{ ref('int_customers') }} as identities
        on causes.source_code = identities.source_code and causes.customer_key = identities.customer_key

)

select * from final
