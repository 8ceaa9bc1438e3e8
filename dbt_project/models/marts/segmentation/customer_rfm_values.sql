with customers as (

    select * from {{ ref('int_customers_as_of') }}
    where is_scored

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.tenure_days,
        customers.recency_days,
        case frequency_measure.basis
            when 'days' then customers.window_order_days
            when 'orders' then customers.window_order_count
        end as frequency,
        case monetary_measure.basis
            when 'revenue' then customers.net_revenue
            when 'margin' then profitability.gross_margin
        end as monetary
    from customers
    left join {{ ref('customer_profitability') }} as profitability
        on
            customers.as_of_date = profitability.as_of_date
            and customers.source_code = profitability.source_code
            and customers.customer_key = profitability.customer_key
    left join {{ ref('stg_policy__rfm_measures') }} as frequency_measure
        on frequency_measure.measure = 'frequency' and {{ valid_on('frequency_measure', 'customers.as_of_date') }}
    left join {{ ref('stg_policy__rfm_measures') }} as monetary_measure
        on monetary_measure.measure = 'monetary' and {{ valid_on('monetary_measure', 'customers.as_of_date') }}

)

select * from final
