with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

behaviour as (

    select * from {{ ref('int_behaviour_as_of') }}
    where is_asked_for

),

populations as (

    select
        as_of_date,
        cast(sum(promotion_orders) as double) / sum(order_count) as promotion_share
    from behaviour
    group by as_of_date

),

ranked as (

    select
        as_of_date,
        source_code,
        customer_key,
        -- customers of equal revenue share a class
        rank() over (partition by as_of_date order by net_revenue desc) - 1 as customers_before,
        count(*) over (partition by as_of_date) as customers
    from customers
    where window_order_count > 0

),

usage as (

    select
        ranked.as_of_date,
        ranked.source_code,
        ranked.customer_key,
        classes.usage_class
    from ranked
    inner join {{ ref('stg_policy__usage_classes') }} as classes
        on
            ranked.customers_before >= classes.share_from * ranked.customers
            and ranked.customers_before < classes.share_below * ranked.customers
            and {{ valid_on('classes', 'ranked.as_of_date') }}

),

measured as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        coalesce(usage.usage_class, 'none') as usage_class,
        gaps.gap_variation,
        coalesce(behaviour.order_count, 0) as window_orders,
        coalesce(behaviour.line_count, 0) as window_lines,
        {{ decimal_from(quotient('behaviour.net_amount', 'behaviour.order_count'), 4) }} as mean_order_value,
        cast(behaviour.line_count as double) / behaviour.order_count as mean_order_lines,
        -- an order book that names no promotion says nothing about them
        case
            when populations.promotion_share > 0 then cast(behaviour.promotion_orders as double) / behaviour.order_count
        end as promotion_order_share,
        populations.promotion_share as promotion_share_of_all,
        -- nobody bought on promotion: nobody responds to it
        cast(behaviour.promotion_orders as double) / behaviour.order_count / nullif(populations.promotion_share, 0)
            as promotion_index,
        behaviour.main_channel,
        cast(behaviour.main_channel_orders as double) / behaviour.order_count as main_channel_share,
        behaviour.channel_count,
        behaviour.category_count,
        behaviour.category_concentration,
        behaviour.category_entropy,
        behaviour.brand_count,
        behaviour.brand_concentration,
        behaviour.brand_entropy,
        cast(-customers.return_amount as double) / nullif(cast(customers.sale_amount as double), 0) as return_share
    from customers
    {% for joined in ['usage', 'behaviour'] -%}
    left join {{ joined }}
        on
            customers.as_of_date = {{ joined }}.as_of_date
            and customers.source_code = {{ joined }}.source_code
            and customers.customer_key = {{ joined }}.customer_key
    {% endfor -%}
    left join {{ ref('int_purchase_gaps_as_of') }} as gaps
        on
            customers.as_of_date = gaps.as_of_date
            and customers.source_code = gaps.source_code
            and customers.customer_key = gaps.customer_key
    left join populations on customers.as_of_date = populations.as_of_date

),

final as (

    select
        measured.*,
        coalesce(responses.promotion_response, 'none') as promotion_response
    from measured
    left join {{ ref('stg_policy__promotion_responses') }} as responses
        on {{ promotion_response_holds('responses', 'measured.promotion_index', 'measured.as_of_date') }}

)

select * from final
