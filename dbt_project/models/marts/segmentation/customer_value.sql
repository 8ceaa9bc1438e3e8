with profitability as (

    select
        profitability.*,
        customers.is_scored,
        abc.abc_revenue,
        abc.abc_profit,
        attributes.contract_until,
        behaviour.main_channel,
        preferences.is_advocate,
        preferences.share_of_wallet
    from {{ ref('customer_profitability') }} as profitability
    inner join {{ ref('int_customers_as_of') }} as customers
        on
            profitability.as_of_date = customers.as_of_date
            and profitability.source_code = customers.source_code
            and profitability.customer_key = customers.customer_key
    left join {{ ref('customer_abc') }} as abc
        on
            profitability.as_of_date = abc.as_of_date
            and profitability.source_code = abc.source_code
            and profitability.customer_key = abc.customer_key
    left join {{ ref('int_customer_attributes_as_of') }} as attributes
        on
            profitability.as_of_date = attributes.as_of_date
            and profitability.source_code = attributes.source_code
            and profitability.customer_key = attributes.customer_key
    left join {{ ref('customer_behaviour') }} as behaviour
        on
            profitability.as_of_date = behaviour.as_of_date
            and profitability.source_code = behaviour.source_code
            and profitability.customer_key = behaviour.customer_key
    left join {{ ref('customer_preferences') }} as preferences
        on
            profitability.as_of_date = preferences.as_of_date
            and profitability.source_code = preferences.source_code
            and profitability.customer_key = preferences.customer_key

),

ranked as (

    select
        as_of_date,
        source_code,
        customer_key,
        net_revenue,
        abc_revenue,
        abc_profit,
        contract_until,
        main_channel,
        is_advocate,
        share_of_wallet,
        {{ known_percent_rank('net_revenue') }} as net_revenue_rank,
        {{ known_percent_rank('gross_margin') }} as gross_margin_rank,
        {{ known_percent_rank('net_contribution') }} as net_contribution_rank
    from profitability

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        cast(net_revenue_rank as double) as net_revenue_rank,
        cast(gross_margin_rank as double) as gross_margin_rank,
        cast(net_contribution_rank as double) as net_contribution_rank,
        share_of_wallet,
        case
            when share_of_wallet > 0 and net_revenue > 0
                then {{ decimal_from('cast(net_revenue as double) * (1 - share_of_wallet) / share_of_wallet', 4) }}
        end as revenue_elsewhere,
        contract_until >= as_of_date as is_under_contract,
        main_channel = 'edi' as is_integrated,
        is_advocate,
        abc_revenue = 'A' and abc_profit = 'D' as is_large_and_unprofitable,
        -- what is unknown is left out, and the others count for it
        {{ quotient(
            '(coalesce(net_revenue_rank, 0) + coalesce(gross_margin_rank, 0) + coalesce(net_contribution_rank, 0))',
            'nullif(
                case when net_revenue_rank is null then 0 else 1 end
                + case when gross_margin_rank is null then 0 else 1 end
                + case when net_contribution_rank is null then 0 else 1 end, 0
            )'
        ) }} as value_score
    from ranked

)

select * from final
