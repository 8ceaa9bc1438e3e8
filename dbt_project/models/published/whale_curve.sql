with curve as (

    select * from {{ ref('customer_whale_curve') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        curve.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        cast(curve.customer_rank as bigint) as customer_rank,
        cast(curve.net_contribution as decimal(18, 2)) as net_contribution,
        cast(curve.cumulative_contribution as decimal(18, 2)) as cumulative_contribution,
        curve.customer_share,
        curve.cumulative_share,
        curve.share_base
    from curve
    inner join {{ ref('int_customers') }} as identities
        on curve.source_code = identities.source_code and curve.customer_key = identities.customer_key

)

select * from final
