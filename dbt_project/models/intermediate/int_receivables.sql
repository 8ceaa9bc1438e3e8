with newest as (

    {{ newest_delivery_of(
        ref('int_receivables_united'),
        key=['source_code', 'sold_to_key', 'month'],
        columns=['source_code', 'customer_key', 'sold_to_key', 'month', 'average_balance']
    ) }}

),

-- an account may be several customers, each with a balance
final as (

    select
        source_code,
        customer_key,
        month,
        cast(sum(average_balance) as decimal(18, 4)) as average_balance
    from newest
    group by source_code, customer_key, month

)

select * from final
