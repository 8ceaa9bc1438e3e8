with delivered as (

    select * from {{ ref('int_exchange_rates_united') }}

),

newest as (

    select
        source_code,
        currency,
        rate_date,
        max(delivery_date) as delivery_date
    from delivered
    group by source_code, currency, rate_date

),

rates as (

    select
        delivered.source_code,
        delivered.currency,
        delivered.rate_date,
        delivered.rate_to_base,
        lead(delivered.rate_date) over (
            partition by delivered.source_code, delivered.currency
            order by delivered.rate_date
        ) as next_rate_date,
        {{ days_after('delivered.rate_date', '1 + parameters.value') }} as expiry_date
    from delivered
    inner join newest
        on
            delivered.source_code = newest.source_code
            and delivered.currency = newest.currency
            and delivered.rate_date = newest.rate_date
            and delivered.delivery_date = newest.delivery_date
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'longest_rate_age_days' and {{ valid_on('parameters', 'delivered.rate_date') }}

),

final as (

    select
        source_code,
        currency,
        rate_date,
        rate_to_base,
        rate_date as valid_from,
        case when next_rate_date < expiry_date then next_rate_date else expiry_date end as valid_to
    from rates

)

select * from final
