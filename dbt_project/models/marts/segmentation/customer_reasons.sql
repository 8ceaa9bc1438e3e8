{#- Of the newest date only, where somebody reads them. -#}
with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

customers as (

    select * from {{ ref('int_customers_as_of') }}
    where as_of_date in (select as_of_date from newest)

),

-- the activity that costs most; of equal ones the first in the alphabet
dearest as (

    select
        as_of_date,
        source_code,
        customer_key,
        activity,
        cost,
        row_number() over (
            partition by as_of_date, source_code, customer_key order by cost desc, activity asc
        ) as place
    from {{ ref('customer_activity_costs') }}
    where as_of_date in (select as_of_date from newest)

),

described as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.is_scored,
        customers.recency_days,
        customers.net_revenue,
        lifecycle.lifecycle_stage,
        cast(round(lifecycle.own_gap_days) as integer) as usual_gap_days,
        abc.abc_revenue,
        abc.abc_profit,
        dearest.activity as dearest_activity,
        cast(round({{ quotient('dearest.cost * 100', 'nullif(customers.net_revenue, 0)') }}) as integer) as dearest_percent
    from customers
    inner join {{ ref('customer_lifecycle') }} as lifecycle
        on
            customers.as_of_date = lifecycle.as_of_date
            and customers.source_code = lifecycle.source_code
            and customers.customer_key = lifecycle.customer_key
    inner join {{ ref('customer_abc') }} as abc
        on
            customers.as_of_date = abc.as_of_date
            and customers.source_code = abc.source_code
            and customers.customer_key = abc.customer_key
    left join dearest
        on
            customers.as_of_date = dearest.as_of_date
            and customers.source_code = dearest.source_code
            and customers.customer_key = dearest.customer_key
            and dearest.place = 1

),

worded as (

    select
        as_of_date,
        source_code,
        customer_key,
        is_scored,
        lifecycle_stage,
        concat(': last order ', recency_days, ' days ago', coalesce(', usual gap ' || usual_gap_days, '')) as silence,
        concat(abc_revenue, ' by revenue, ', coalesce(abc_profit, 'unknown'), ' by profit') as classes,
        case
            when abc_profit = 'D' and net_revenue > 0
                then ': ' || replace(dearest_activity, '_', ' ') || ' ' || dearest_percent || ' % of revenue'
        end as loss
    from described

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        case
            when is_scored then concat(lifecycle_stage, silence, '; ', classes, coalesce(loss, ''))
            else 'prospect: no order yet'
        end as segment_reason
    from worded

)

select * from final
