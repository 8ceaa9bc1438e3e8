with delivered as (

    select * from {{ ref('int_returns_united') }}

),

as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

final as (

    select
        as_of_dates.as_of_date,
        delivered.source_code,
        case
            when returns.return_key is null then 'superseded'
            when returns.return_date > as_of_dates.as_of_date then 'after_as_of'
            else returns.return_outcome
        end as return_outcome,
        count(*) as return_count,
        cast(sum(coalesce(delivered.refund_amount, 0)) as decimal(18, 4)) as refund_amount,
        cast(coalesce(sum(returns.return_amount), 0) as decimal(18, 4)) as return_amount
    from delivered
    left join {{ ref('fct_returns') }} as returns
        on
            delivered.source_code = returns.source_code
            and delivered.return_key = returns.return_key
            and delivered.delivery_date = returns.delivery_date
    cross join as_of_dates
    group by 1, 2, 3

)

select * from final
