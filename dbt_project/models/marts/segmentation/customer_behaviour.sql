with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

customers as (

    select * from {{ ref('int_customers_as_of') }}

),

orders as (

    select
        as_of_dates.as_of_date,
        orders.*
    from {{ ref('int_sale_orders') }} as orders
    inner join as_of_dates
        on orders.order_date <= as_of_dates.as_of_date and orders.order_date > as_of_dates.window_start_date
    where orders.customer_key is not null

),

baskets as (

    select
        as_of_date,
        source_code,
        customer_key,
        count(*) as window_orders,
        sum(line_count) as window_lines,
        {{ decimal_from(quotient('sum(net_amount)', 'count(*)'), 4) }} as mean_order_value,
        cast(sum(line_count) as double) / count(*) as mean_order_lines,
        sum(case when is_on_promotion then 1 else 0 end) as promotion_orders
    from orders
    group by as_of_date, source_code, customer_key

),

populations as (

    select
        as_of_date,
        cast(sum(promotion_orders) as double) / sum(window_orders) as promotion_share
    from baskets
    group by as_of_date

),

channels as (

    select
        as_of_date,
        source_code,
        customer_key,
        channel,
        count(*) as channel_orders,
        -- channels of equal use: the first in the alphabet
        row_number() over (
            partition by as_of_date, source_code, customer_key order by count(*) desc, channel
        ) as place,
        count(*) over (partition by as_of_date, source_code, customer_key) as channel_count
    from orders
    where channel <> 'unknown'
    group by as_of_date, source_code, customer_key, channel

),

goods as (

    select
        as_of_dates.as_of_date,
        lines.source_code,
        lines.customer_key,
        lines.category,
        lines.brand,
        lines.sale_amount
    from {{ ref('int_customer_goods_day') }} as lines
    inner join as_of_dates
        on lines.order_date <= as_of_dates.as_of_date and lines.order_date > as_of_dates.window_start_date

),

{% for good in ['category', 'brand'] -%}
{{ good }}_amounts as (

    select
        as_of_date,
        source_code,
        customer_key,
        {{ good }},
        sum(sale_amount) as amount
    from goods
    where {{ good }} is not null
    group by as_of_date, source_code, customer_key, {{ good }}
    having sum(sale_amount) > 0

),

{{ good }}_loyalty as (

    select
        as_of_date,
        source_code,
        customer_key,
        count(*) as {{ good }}_count,
        {{ herfindahl('amount') }} as {{ good }}_concentration,
        {{ normalised_entropy('amount') }} as {{ good }}_entropy
    from {{ good }}_amounts
    group by as_of_date, source_code, customer_key

),

{% endfor -%}
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
        coalesce(baskets.window_orders, 0) as window_orders,
        cast(coalesce(baskets.window_lines, 0) as bigint) as window_lines,
        baskets.mean_order_value,
        baskets.mean_order_lines,
        -- an order book that names no promotion says nothing about them
        case
            when populations.promotion_share > 0 then cast(baskets.promotion_orders as double) / baskets.window_orders
        end as promotion_order_share,
        populations.promotion_share as promotion_share_of_all,
        -- nobody bought on promotion: nobody responds to it
        cast(baskets.promotion_orders as double) / baskets.window_orders / nullif(populations.promotion_share, 0)
            as promotion_index,
        channels.channel as main_channel,
        cast(channels.channel_orders as double) / baskets.window_orders as main_channel_share,
        channels.channel_count,
        category_loyalty.category_count,
        category_loyalty.category_concentration,
        category_loyalty.category_entropy,
        brand_loyalty.brand_count,
        brand_loyalty.brand_concentration,
        brand_loyalty.brand_entropy,
        cast(-customers.return_amount as double) / nullif(cast(customers.sale_amount as double), 0) as return_share
    from customers
    {% for joined in ['usage', 'baskets', 'category_loyalty', 'brand_loyalty'] -%}
    left join {{ joined }}
        on
            customers.as_of_date = {{ joined }}.as_of_date
            and customers.source_code = {{ joined }}.source_code
            and customers.customer_key = {{ joined }}.customer_key
    {% endfor -%}
    left join channels
        on
            customers.as_of_date = channels.as_of_date
            and customers.source_code = channels.source_code
            and customers.customer_key = channels.customer_key
            and channels.place = 1
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
