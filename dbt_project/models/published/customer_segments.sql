with customers as (

    select * from {{ ref('int_customers_as_of') }}
    where as_of_date in (select as_of_date from {{ ref('int_as_of_dates') }} where is_newest)

),

final as (

    select
        customers.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        identities.source,
        identities.source_customer_id,
        customers.ship_to_country as country,
        customers.is_scored,
        customers.first_order_date,
        customers.last_order_date,
        cast(customers.tenure_days as integer) as tenure_days,
        customers.order_count,
        customers.order_days,
        cast(customers.recency_days as integer) as recency_days,
        rfm.frequency,
        cast(rfm.monetary as decimal(18, 2)) as monetary,
        rfm.r_score,
        rfm.f_score,
        rfm.m_score,
        rfm.rfm_code,
        rfm.rfm_segment,
        cast(profitability.net_revenue as decimal(18, 2)) as net_revenue,
        cast(profitability.gross_margin as decimal(18, 2)) as gross_margin,
        cast(profitability.cost_to_serve as decimal(18, 2)) as cost_to_serve,
        cast(profitability.net_contribution as decimal(18, 2)) as net_contribution,
        profitability.cost_basis,
        abc.abc_revenue,
        abc.abc_profit,
        xyz.xyz_class
    from customers
    inner join {{ ref('int_customers') }} as identities
        on customers.source_code = identities.source_code and customers.customer_key = identities.customer_key
    inner join {{ ref('customer_profitability') }} as profitability
        on
            customers.as_of_date = profitability.as_of_date
            and customers.source_code = profitability.source_code
            and customers.customer_key = profitability.customer_key
    left join {{ ref('customer_rfm') }} as rfm
        on
            customers.as_of_date = rfm.as_of_date
            and customers.source_code = rfm.source_code
            and customers.customer_key = rfm.customer_key
    left join {{ ref('customer_abc') }} as abc
        on
            customers.as_of_date = abc.as_of_date
            and customers.source_code = abc.source_code
            and customers.customer_key = abc.customer_key
    left join {{ ref('customer_xyz') }} as xyz
        on
            customers.as_of_date = xyz.as_of_date
            and customers.source_code = xyz.source_code
            and customers.customer_key = xyz.customer_key

)

select * from final
