{#- One set of facts, divided in many ways: whatever the dimension, every cost of the window stands in one of its segments. -#}
{%- set of_event = ['source_code', 'activity', 'channel', 'ship_to_country', 'ship_to_region', 'warehouse_id'] -%}
{%- set category_share = 'coalesce(order_categories.line_count / cast(order_categories.order_line_count as double), 1)' -%}

with as_of_dates as (

    select * from {{ ref('int_as_of_dates') }}

),

bounds as (

    select
        min(window_start_date) as after_date,
        max(as_of_date) as last_date
    from as_of_dates

),

events as (

    select
        costs.*,
        -- a key of its own for the join: a condition beside the keys would compare every pair of rows
        case when costs.product_key is null then costs.order_key end as divided_order_key
    from {{ ref('fct_activity_costs') }} as costs
    inner join bounds on costs.cost_date > bounds.after_date and costs.cost_date <= bounds.last_date

),

-- what is a property of the event and its order; added up once per day, whatever the number of as-of dates
event_days as (

    select
        events.cost_date,
        events.source_code,
        events.activity,
        orders.channel,
        orders.ship_to_country,
        orders.ship_to_region,
        events.warehouse_id,
        sum(events.driver_units) as driver_units,
        sum(events.minutes) as minutes,
        sum(events.cost) as cost
    from events
    left join {{ ref('fct_orders') }} as orders
        on events.source_code = orders.source_code and events.order_key = orders.order_key
    group by
        events.cost_date,
        events.source_code,
        events.activity,
        orders.channel,
        orders.ship_to_country,
        orders.ship_to_region,
        events.warehouse_id

),

event_groups as (

    select
        as_of_dates.as_of_date,
        {%- for column in of_event %}
        event_days.{{ column }},
        {%- endfor %}
        sum(event_days.driver_units) as driver_units,
        sum(event_days.minutes) as minutes,
        sum(event_days.cost) as cost
    from event_days
    inner join as_of_dates
        on event_days.cost_date <= as_of_dates.as_of_date and event_days.cost_date > as_of_dates.window_start_date
    group by as_of_dates.as_of_date, event_days.{{ of_event | join(', event_days.') }}

),

-- what is a property of the customer
customer_groups as (

    select
        as_of_date,
        source_code,
        customer_key,
        activity,
        driver_units,
        minutes,
        exact_cost as cost
    from {{ ref('customer_activity_costs') }}

),

always_known as (

    select
        source_code,
        customer_key
    from {{ ref('int_customers_as_of') }}
    where as_of_date in (select as_of_date from as_of_dates)
    group by source_code, customer_key
    having count(*) = (select count(*) from as_of_dates)

),

-- looked up date by date only where that can be in vain
possibly_unassigned as (

    select events.*
    from events
    left join always_known
        on events.source_code = always_known.source_code and events.customer_key = always_known.customer_key
    where always_known.customer_key is null

),

unassigned as (

    select
        as_of_dates.as_of_date,
        events.activity,
        sum(events.driver_units) as driver_units,
        sum(events.minutes) as minutes,
        sum(events.cost) as cost
    from possibly_unassigned as events
    inner join as_of_dates
        on events.cost_date <= as_of_dates.as_of_date and events.cost_date > as_of_dates.window_start_date
    left join {{ ref('int_customers_as_of') }} as known
        on
            as_of_dates.as_of_date = known.as_of_date
            and events.source_code = known.source_code
            and events.customer_key = known.customer_key
    where known.customer_key is null
    group by as_of_dates.as_of_date, events.activity

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
        customer_groups.as_of_date,
        customer_groups.activity,
        customer_groups.driver_units,
        customer_groups.minutes,
        customer_groups.cost,
        rfm.rfm_segment,
        abc.abc_revenue,
        abc.abc_profit,
        quadrants.profit_quadrant,
        accounts.parent
    from customer_groups
    {% for alias, relation in [
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
    {% endfor -%}
    union all

    select
        as_of_date,
        activity,
        driver_units,
        minutes,
        cost,
        'unassigned' as rfm_segment,
        'unassigned' as abc_revenue,
        'unassigned' as abc_profit,
        'unassigned' as profit_quadrant,
        'unassigned' as parent
    from unassigned

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
    inner join as_of_dates
        on costs.cost_date <= as_of_dates.as_of_date and costs.cost_date > as_of_dates.window_start_date

),

members as (
    {% for dimension, column, groups in [
        ('total', 'total', 'described_events'),
        ('source', 'source', 'described_events'),
        ('channel', 'channel', 'described_events'),
        ('country', 'ship_to_country', 'described_events'),
        ('region', 'ship_to_region', 'described_events'),
        ('warehouse', 'warehouse_id', 'described_events'),
        ('rfm_segment', 'rfm_segment', 'described_customers'),
        ('abc_revenue', 'abc_revenue', 'described_customers'),
        ('abc_profit', 'abc_profit', 'described_customers'),
        ('profit_quadrant', 'profit_quadrant', 'described_customers'),
        ('parent', 'parent', 'described_customers'),
    ] %}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        coalesce({{ column }}, 'none') as segment,
        activity,
        cast(driver_units as decimal(18, 4)) as driver_units,
        cast(minutes as decimal(18, 4)) as minutes,
        cost
    from {{ groups }}
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
