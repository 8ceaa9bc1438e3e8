{#- One set of facts, divided in many ways: whatever the dimension, every cost of the window stands in one of its segments. -#}
{%- set category_share = 'coalesce(order_categories.line_count / cast(order_categories.order_line_count as double), 1)' -%}

with costs as (

    select
        as_of_dates.as_of_date,
        costs.*
    from {{ ref('fct_activity_costs') }} as costs
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on costs.cost_date <= as_of_dates.as_of_date and costs.cost_date > as_of_dates.window_start_date

),

-- what is a property of the event and its order
event_groups as (

    select
        costs.as_of_date,
        costs.source_code,
        costs.activity,
        orders.channel,
        orders.ship_to_country,
        orders.ship_to_region,
        costs.warehouse_id,
        sum(costs.driver_units) as driver_units,
        sum(costs.minutes) as minutes,
        sum(costs.cost) as cost
    from costs
    left join {{ ref('fct_orders') }} as orders
        on costs.source_code = orders.source_code and costs.order_key = orders.order_key
    group by
        costs.as_of_date,
        costs.source_code,
        costs.activity,
        orders.channel,
        orders.ship_to_country,
        orders.ship_to_region,
        costs.warehouse_id

),

-- what is a property of the customer
customer_groups as (

    select
        as_of_date,
        source_code,
        customer_key,
        activity,
        sum(driver_units) as driver_units,
        sum(minutes) as minutes,
        sum(cost) as cost
    from costs
    group by as_of_date, source_code, customer_key, activity

),

accounts as (

    select
        hierarchy.as_of_date,
        hierarchy.source_code,
        hierarchy.customer_key,
        identities.source || ':' || identities.source_customer_id as parent
    from {{ ref('int_account_hierarchy') }} as hierarchy
    inner join {{ ref('int_customers') }} as identities
        on
            hierarchy.source_code = identities.source_code
            and hierarchy.ultimate_parent_key = identities.customer_key
    where
        hierarchy.ultimate_parent_key <> hierarchy.customer_key
        or (hierarchy.as_of_date, hierarchy.source_code, hierarchy.customer_key) in (
            select as_of_date, source_code, ultimate_parent_key from {{ ref('int_account_hierarchy') }}
            where ultimate_parent_key <> customer_key
        )

),

sources as (

    select distinct source_code, source from {{ ref('stg_control__feeds') }}

),

described_events as (

    select
        event_groups.*,
        'all' as total,
        sources.source
    from event_groups
    inner join sources
        on event_groups.source_code = sources.source_code

),

described_customers as (

    select
        customer_groups.*,
        known.customer_key is not null as is_known,
        rfm.rfm_segment,
        abc.abc_revenue,
        abc.abc_profit,
        quadrants.profit_quadrant,
        accounts.parent
    from customer_groups
    {% for alias, relation in [
        ('known', ref('int_customers_as_of')),
        ('rfm', ref('customer_rfm')),
        ('abc', ref('customer_abc')),
        ('quadrants', ref('customer_profit_quadrants')),
        ('accounts', 'accounts'),
    ] -%}
    left join {{ relation }}{{ ' as ' ~ alias if relation != alias }}
        on
            customer_groups.as_of_date = {{ alias }}.as_of_date
            and customer_groups.source_code = {{ alias }}.source_code
            and customer_groups.customer_key = {{ alias }}.customer_key
    {% endfor %}
),

bounds as (

    select
        min(window_start_date) as after_date,
        max(as_of_date) as last_date
    from {{ ref('int_as_of_dates') }}

),

events as (

    select
        costs.*,
        -- a key of its own for the join: a condition beside the keys would compare every pair of rows
        case when costs.product_key is null then costs.order_key end as divided_order_key
    from {{ ref('fct_activity_costs') }} as costs
    inner join bounds on costs.cost_date > bounds.after_date and costs.cost_date <= bounds.last_date

),

divided_lines as (

    select source_code, order_key, product_key, order_date from {{ ref('fct_order_lines') }}
    where
        line_outcome in ('sale', 'unidentified')
        and quantity > 0
        and (source_code, order_key) in (select source_code, divided_order_key from events)

),

-- the costs of an order fall to the categories by their lines; a return or a stock has a product of its own
order_categories as (

    select
        lines.source_code,
        lines.order_key,
        coalesce(products.category, 'none') as category,
        count(*) as line_count,
        sum(count(*)) over (partition by lines.source_code, lines.order_key) as order_line_count
    from divided_lines as lines
    left join {{ ref('int_product_versions') }} as products
        on
            lines.source_code = products.source_code
            and lines.product_key = products.product_key
            and {{ valid_on('products', 'lines.order_date') }}
    group by lines.source_code, lines.order_key, coalesce(products.category, 'none')

),

-- divided once per event, whatever the number of as-of dates
order_category_days as (

    select
        costs.cost_date,
        coalesce(order_categories.category, 'none') as category,
        costs.activity,
        sum({{ decimal_from('costs.driver_units * ' ~ category_share, 4) }}) as driver_units,
        sum({{ decimal_from('costs.minutes * ' ~ category_share, 4) }}) as minutes,
        sum({{ decimal_from('costs.cost * ' ~ category_share, 8) }}) as cost
    from events as costs
    left join order_categories
        on costs.source_code = order_categories.source_code and costs.divided_order_key = order_categories.order_key
    where costs.product_key is null
    group by costs.cost_date, coalesce(order_categories.category, 'none'), costs.activity

),

product_category_days as (

    select
        costs.cost_date,
        coalesce(products.category, 'none') as category,
        costs.activity,
        sum(cast(costs.driver_units as decimal(18, 4))) as driver_units,
        sum(costs.minutes) as minutes,
        sum(costs.cost) as cost
    from events as costs
    left join {{ ref('int_product_versions') }} as products
        on
            costs.source_code = products.source_code
            and costs.product_key = products.product_key
            and {{ valid_on('products', 'costs.cost_date') }}
    where costs.product_key is not null
    group by costs.cost_date, coalesce(products.category, 'none'), costs.activity

),

category_days as (

    select * from order_category_days
    union all
    select * from product_category_days

),

by_category as (

    select
        as_of_dates.as_of_date,
        costs.category,
        costs.activity,
        costs.driver_units,
        costs.minutes,
        costs.cost
    from category_days as costs
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on costs.cost_date <= as_of_dates.as_of_date and costs.cost_date > as_of_dates.window_start_date

),

members as (
    {% for dimension, column, of_customer in [
        ('total', 'total', false),
        ('source', 'source', false),
        ('channel', 'channel', false),
        ('country', 'ship_to_country', false),
        ('region', 'ship_to_region', false),
        ('warehouse', 'warehouse_id', false),
        ('rfm_segment', 'rfm_segment', true),
        ('abc_revenue', 'abc_revenue', true),
        ('abc_profit', 'abc_profit', true),
        ('profit_quadrant', 'profit_quadrant', true),
        ('parent', 'parent', true),
    ] %}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        {{ "case when not is_known then 'unassigned' else coalesce(" ~ column ~ ", 'none') end" if of_customer
            else "coalesce(" ~ column ~ ", 'none')" }} as segment,
        activity,
        cast(driver_units as decimal(18, 4)) as driver_units,
        cast(minutes as decimal(18, 4)) as minutes,
        cost
    from {{ 'described_customers' if of_customer else 'described_events' }}
    union all
    {%- endfor %}
    select
        as_of_date,
        'category' as dimension,
        category as segment,
        activity,
        driver_units,
        minutes,
        cost
    from by_category

),

final as (

    select
        as_of_date,
        dimension,
        segment,
        activity,
        cast(sum(driver_units) as decimal(18, 4)) as driver_units,
        cast(sum(minutes) as decimal(18, 4)) as minutes,
        cast(sum(cost) as decimal(18, 8)) as cost
    from members
    group by as_of_date, dimension, segment, activity

)

select * from final
