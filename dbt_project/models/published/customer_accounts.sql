{%- set level = account_level() -%}

-- depends_on: {{ ref('stg_control__refresh') }}
with as_of_dates as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

snapshots as (

    select
        parents.source_code,
        as_of_dates.as_of_date,
        max(parents.delivery_date) as delivery_date
    from (select distinct source_code, delivery_date from {{ ref('int_customer_parents') }}) as parents
    inner join as_of_dates on parents.delivery_date <= as_of_dates.as_of_date
    group by parents.source_code, as_of_dates.as_of_date

),

named as (

    select
        as_of_dates.as_of_date,
        orders.source_code,
        orders.sold_to_key,
        orders.ship_to_id
    from {{ ref('fct_orders') }} as orders
    inner join as_of_dates on orders.order_date <= as_of_dates.as_of_date
    where orders.sold_to_key is not null
    union
    select
        snapshots.as_of_date,
        parents.source_code,
        parents.customer_key as sold_to_key,
        cast(null as string) as ship_to_id
    from {{ ref('int_customer_parents') }} as parents
    inner join snapshots
        on parents.source_code = snapshots.source_code and parents.delivery_date = snapshots.delivery_date

),

final as (

    select
        named.as_of_date,
        sold_to.source,
        named.ship_to_id,
        sold_to.source || ':' || sold_to.source_customer_id as sold_to_customer_id,
        sold_to.source || ':'
        || coalesce(periods.ultimate_parent_id, sold_to.source_customer_id) as ultimate_parent_customer_id,
        coalesce(periods.depth, 0) as depth,
        cast('{{ level }}' as string) as account_level,
        sold_to.source || ':' || {% if level == 'ultimate_parent' -%}
        coalesce(periods.ultimate_parent_id, sold_to.source_customer_id)
        {%- elif level == 'ship_to' -%}
        coalesce(sold_to.source_customer_id || '/' || named.ship_to_id, sold_to.source_customer_id)
        {%- else -%}
        sold_to.source_customer_id
        {%- endif %} as customer_id
    from named
    inner join {{ ref('int_customers') }} as sold_to
        on named.source_code = sold_to.source_code and named.sold_to_key = sold_to.customer_key
    left join {{ ref('int_account_periods') }} as periods
        on
            named.source_code = periods.source_code
            and named.sold_to_key = periods.customer_key
            and {{ valid_on('periods', 'named.as_of_date') }}

)

select * from final
