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

days as (

    select
        dates.as_of_date,
        days.source_code,
        days.customer_key,
        sum(days.order_days) as order_days,
        sum(days.sale_amount) as sale_amount,
        sum(days.return_amount) as return_amount
    from customer_days as days
    inner join dates on days.order_date <= dates.as_of_date and days.order_date > dates.window_start_date
    group by dates.as_of_date, days.source_code, days.customer_key
    having sum(days.order_days) > 0

),

-- a hash of the identifier is the same number whatever order the rows have
lots as (

    select
        source_code,
        customer_key,
        row_number() over (
            order by {{ text_hash("concat(source_code, ':', customer_key)") }}, source_code, customer_key
        ) as lot
    from (select distinct source_code, customer_key from customer_days) as every_customer

),

drawn as (

    select
        days.*,
        row_number() over (partition by days.as_of_date order by lots.lot) as place
    from days
    inner join lots on days.source_code = lots.source_code and days.customer_key = lots.customer_key

),

customers as (

    select
        drawn.*,
        dates.is_asked_for,
        dates.is_due = 1 and drawn.place <= parameters.value as is_sampled
    from drawn
    inner join dates on drawn.as_of_date = dates.as_of_date
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on parameters.name = 'cluster_sample_customers' and {{ valid_on('parameters', 'drawn.as_of_date') }}
    -- at a date that nobody asked for only the sample is needed
    where dates.is_asked_for = 1 or drawn.place <= parameters.value

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
        on gaps.source_code = customers.source_code and gaps.customer_key = customers.customer_key
    inner join dates
        on
            customers.as_of_date = dates.as_of_date
            and gaps.order_date <= dates.as_of_date
            and gaps.previous_order_date > dates.window_start_date
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
        on orders.source_code = customers.source_code and orders.customer_key = customers.customer_key
    inner join dates
        on
            customers.as_of_date = dates.as_of_date
            and orders.order_date <= dates.as_of_date
            and orders.order_date > dates.window_start_date
    group by customers.as_of_date, customers.source_code, customers.customer_key, orders.channel

),

orders as (

    select
        as_of_date,
        source_code,
        customer_key,
        sum(order_count) as order_count,
        max(order_count) as main_channel_orders,
        sum(net_amount) as net_amount,
        sum(line_count) as line_count,
        sum(promotion_orders) as promotion_orders
    from channels
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
        on goods.source_code = customers.source_code and goods.customer_key = customers.customer_key
    inner join dates
        on
            customers.as_of_date = dates.as_of_date
            and goods.order_date <= dates.as_of_date
            and goods.order_date > dates.window_start_date

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
        {{ herfindahl('amount') }} as concentration
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
        ln(customers.order_days) as order_days,
        case
            when orders.net_amount > 0 then ln(cast(orders.net_amount as double) / orders.order_count)
        end as order_value,
        ln(cast(orders.line_count as double) / orders.order_count) as order_lines,
        case
            when gaps.gap_count > 1
                then
                    sqrt(
                        greatest(gaps.gap_square_sum - gaps.gap_sum * gaps.gap_sum / gaps.gap_count, 0)
                        / (gaps.gap_count - 1)
                    ) / (gaps.gap_sum / gaps.gap_count)
        end as gap_variation,
        cast(orders.promotion_orders as double) / orders.order_count as promotion_share,
        cast(orders.main_channel_orders as double) / orders.order_count as main_channel_share,
        category_loyalty.concentration as category_concentration,
        brand_loyalty.concentration as brand_concentration,
        cast(-customers.return_amount as double) / nullif(cast(customers.sale_amount as double), 0) as return_share
    from customers
    inner join orders
        on
            customers.as_of_date = orders.as_of_date
            and customers.source_code = orders.source_code
            and customers.customer_key = orders.customer_key
    {% for joined in ['gaps', 'category_loyalty', 'brand_loyalty'] -%}
    left join {{ joined }}
        on
            customers.as_of_date = {{ joined }}.as_of_date
            and customers.source_code = {{ joined }}.source_code
            and customers.customer_key = {{ joined }}.customer_key
    {% endfor %}
)

select * from final
