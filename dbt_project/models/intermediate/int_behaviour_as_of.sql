{#- What customers did in the windows of several dates, added up once for all who ask: of each as-of date for all customers, of
    a date whose clusters are found anew for a sample. -#}
with dates as (

    select
        as_of_date,
        window_start_date,
        max(is_asked_for) as is_asked_for,
        max(is_due) as is_due
    from (
        select
            as_of_date,
            window_start_date,
            1 as is_asked_for,
            0 as is_due
        from {{ ref('int_as_of_dates') }}
        union all
        select
            fit_date as as_of_date,
            window_start_date,
            0 as is_asked_for,
            1 as is_due
        from {{ ref('int_cluster_fit_dates') }}
        where is_due
    ) as every_date
    group by as_of_date, window_start_date

),

-- a day counts once, to however many countries the goods went
customer_days as (

    select
        source_code,
        customer_key,
        order_date,
        max(case when sale_order_count > 0 then 1 else 0 end) as order_days,
        sum(sale_amount) as sale_amount,
        sum(return_amount) as return_amount
    from {{ ref('int_customer_day') }}
    group by source_code, customer_key, order_date

),

-- each day with a sale is the customer's newest until the next one
newest_days as (

    select
        source_code,
        customer_key,
        order_date,
        lead(order_date) over (partition by source_code, customer_key order by order_date) as next_order_date
    from customer_days
    where order_days = 1

),

active as (

    select
        dates.as_of_date,
        dates.window_start_date,
        dates.is_asked_for,
        dates.is_due,
        newest_days.source_code,
        newest_days.customer_key
    from newest_days
    inner join dates
        on
            newest_days.order_date <= dates.as_of_date
            and newest_days.order_date > dates.window_start_date
            and coalesce(newest_days.next_order_date, date '9999-12-31') > dates.as_of_date

),

-- a hash of the identifier is the same number whatever order the rows have
drawn as (

    select
        as_of_date,
        source_code,
        customer_key,
        row_number() over (
            partition by as_of_date
            order by {{ text_hash("concat(source_code, ':', customer_key)") }}, source_code, customer_key
        ) as place
    from active
    where is_due = 1

),

sampled as (

    select
        drawn.as_of_date,
        drawn.source_code,
        drawn.customer_key
    from drawn
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'cluster_sample_customers' and {{ valid_on('parameters', 'drawn.as_of_date') }}
    where drawn.place <= parameters.value

),

customers as (

    select
        active.*,
        sampled.customer_key is not null as is_sampled
    from active
    left join sampled
        on
            active.as_of_date = sampled.as_of_date
            and active.source_code = sampled.source_code
            and active.customer_key = sampled.customer_key
    -- at a date that nobody asked for only the sample is needed
    where active.is_asked_for = 1 or sampled.customer_key is not null

),

days as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        sum(days.order_days) as order_days,
        sum(days.sale_amount) as sale_amount,
        sum(days.return_amount) as return_amount
    from customer_days as days
    inner join customers
        on
            days.source_code = customers.source_code
            and days.customer_key = customers.customer_key
            and days.order_date <= customers.as_of_date
            and days.order_date > customers.window_start_date
    group by customers.as_of_date, customers.source_code, customers.customer_key

),

gaps as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        count(*) as gap_count,
        cast(sum(gaps.gap_days) as double) as gap_sum,
        cast(sum(gaps.gap_days * gaps.gap_days) as double) as gap_square_sum
    from {{ ref('int_order_day_gaps') }} as gaps
    inner join customers
        on
            gaps.source_code = customers.source_code
            and gaps.customer_key = customers.customer_key
            and gaps.order_date <= customers.as_of_date
            and gaps.previous_order_date > customers.window_start_date
    group by customers.as_of_date, customers.source_code, customers.customer_key

),

channels as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        orders.channel,
        count(*) as order_count,
        sum(orders.net_amount) as net_amount,
        sum(orders.line_count) as line_count,
        sum(case when orders.is_on_promotion then 1 else 0 end) as promotion_orders
    from {{ ref('int_sale_orders') }} as orders
    inner join customers
        on
            orders.source_code = customers.source_code
            and orders.customer_key = customers.customer_key
            and orders.order_date <= customers.as_of_date
            and orders.order_date > customers.window_start_date
    group by customers.as_of_date, customers.source_code, customers.customer_key, orders.channel

),

-- channels of equal use: the first in the alphabet; what is not told is no channel
ranked_channels as (

    select
        *,
        row_number() over (
            partition by as_of_date, source_code, customer_key
            order by case when channel = 'unknown' then 1 else 0 end asc, order_count desc, channel asc
        ) as place
    from channels

),

orders as (

    select
        as_of_date,
        source_code,
        customer_key,
        sum(order_count) as order_count,
        sum(net_amount) as net_amount,
        sum(line_count) as line_count,
        sum(promotion_orders) as promotion_orders,
        max(order_count) as largest_channel_orders,
        max(case when place = 1 and channel <> 'unknown' then channel end) as main_channel,
        max(case when place = 1 and channel <> 'unknown' then order_count end) as main_channel_orders,
        sum(case when channel <> 'unknown' then 1 end) as channel_count
    from ranked_channels
    group by as_of_date, source_code, customer_key

),

goods as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        goods.category,
        goods.brand,
        goods.sale_amount
    from {{ ref('int_customer_goods_day') }} as goods
    inner join customers
        on
            goods.source_code = customers.source_code
            and goods.customer_key = customers.customer_key
            and goods.order_date <= customers.as_of_date
            and goods.order_date > customers.window_start_date

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
final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.is_asked_for = 1 as is_asked_for,
        customers.is_sampled,
        cast(days.order_days as bigint) as order_days,
        cast(days.sale_amount as decimal(18, 4)) as sale_amount,
        cast(days.return_amount as decimal(18, 4)) as return_amount,
        gaps.gap_count,
        gaps.gap_sum,
        gaps.gap_square_sum,
        cast(orders.order_count as bigint) as order_count,
        cast(orders.line_count as bigint) as line_count,
        cast(orders.net_amount as decimal(18, 4)) as net_amount,
        cast(orders.promotion_orders as bigint) as promotion_orders,
        cast(orders.largest_channel_orders as bigint) as largest_channel_orders,
        orders.main_channel,
        cast(orders.main_channel_orders as bigint) as main_channel_orders,
        cast(orders.channel_count as bigint) as channel_count,
        category_loyalty.category_count,
        category_loyalty.category_concentration,
        category_loyalty.category_entropy,
        brand_loyalty.brand_count,
        brand_loyalty.brand_concentration,
        brand_loyalty.brand_entropy
    from customers
    {% for joined in ['days', 'orders'] -%}
    inner join {{ joined }}
        on
            customers.as_of_date = {{ joined }}.as_of_date
            and customers.source_code = {{ joined }}.source_code
            and customers.customer_key = {{ joined }}.customer_key
    {% endfor %}
    {%- for joined in ['gaps', 'category_loyalty', 'brand_loyalty'] -%}
    left join {{ joined }}
        on
            customers.as_of_date = {{ joined }}.as_of_date
            and customers.source_code = {{ joined }}.source_code
            and customers.customer_key = {{ joined }}.customer_key
    {% endfor %}
)

select * from final
