with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

parameters as (

    {{ parameters_as_of([
        'new_customer_days', 'established_order_days', 'at_risk_gap_multiple', 'churned_gap_multiple', 'loyal_order_days',
        'loyal_tenure_days', 'trend_days', 'growing_ratio', 'declining_ratio'
    ]) }}

),

trends as (

    select
        parameters.as_of_date,
        days.source_code,
        days.customer_key,
        sum(
            case
                when days.order_date > {{ window_start('parameters.as_of_date', 'parameters.trend_days') }}
                    then days.sale_amount + days.return_amount
                else 0
            end
        ) as recent_net_revenue,
        sum(
            case
                when days.order_date <= {{ window_start('parameters.as_of_date', 'parameters.trend_days') }}
                    then days.sale_amount + days.return_amount
                else 0
            end
        ) as previous_net_revenue
    from {{ ref('int_customer_day') }} as days
    inner join parameters
        on
            days.order_date <= parameters.as_of_date
            and days.order_date > {{ window_start('parameters.as_of_date', '2 * parameters.trend_days') }}
    group by parameters.as_of_date, days.source_code, days.customer_key

),

measured as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.is_scored,
        customers.tenure_days,
        customers.recency_days,
        customers.order_days,
        gaps.own_gap_days,
        gaps.last_gap_days,
        gaps.own_gap_before_last_days,
        cast(coalesce(trends.recent_net_revenue, 0) as decimal(18, 4)) as recent_net_revenue,
        cast(coalesce(trends.previous_net_revenue, 0) as decimal(18, 4)) as previous_net_revenue,
        parameters.new_customer_days,
        parameters.established_order_days,
        parameters.at_risk_gap_multiple,
        parameters.churned_gap_multiple,
        parameters.loyal_order_days,
        parameters.loyal_tenure_days,
        parameters.growing_ratio,
        parameters.declining_ratio
    from customers
    inner join parameters on customers.as_of_date = parameters.as_of_date
    left join {{ ref('int_purchase_gaps_as_of') }} as gaps
        on
            customers.as_of_date = gaps.as_of_date
            and customers.source_code = gaps.source_code
            and customers.customer_key = gaps.customer_key
    left join trends
        on
            customers.as_of_date = trends.as_of_date
            and customers.source_code = trends.source_code
            and customers.customer_key = trends.customer_key

),

staged as (

    select
        *,
        -- the first that applies
        case
            when not is_scored then 'prospect'
            when tenure_days <= new_customer_days and order_days < established_order_days then 'new'
            when recency_days > churned_gap_multiple * own_gap_days then 'churned'
            when recency_days > at_risk_gap_multiple * own_gap_days then 'at_risk'
            when last_gap_days > churned_gap_multiple * own_gap_before_last_days then 'reactivated'
            when
                order_days >= loyal_order_days
                and tenure_days >= loyal_tenure_days
                and recent_net_revenue >= declining_ratio * previous_net_revenue
                then 'loyal'
            when recent_net_revenue > growing_ratio * previous_net_revenue then 'growing'
            else 'retained'
        end as lifecycle_stage
    from measured

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        lifecycle_stage,
        case lifecycle_stage
            when 'prospect' then 'prospecting'
            when 'new' then 'acquisition'
            when 'growing' then 'growth'
            when 'retained' then 'retention'
            when 'reactivated' then 'retention'
            when 'loyal' then 'loyalty'
            else lifecycle_stage
        end as classic_stage,
        own_gap_days,
        last_gap_days,
        cast(at_risk_gap_multiple * own_gap_days as double) as at_risk_after_days,
        cast(churned_gap_multiple * own_gap_days as double) as churned_after_days,
        recent_net_revenue,
        previous_net_revenue,
        -- from -1 (all of it before) to 1 (all of it since); a quotient of both would have no upper end
        {{ quotient(
            '(recent_net_revenue - previous_net_revenue)', 'nullif(greatest(recent_net_revenue + previous_net_revenue, 0), 0)'
        ) }} as revenue_trend
    from staged

)

select * from final
