{#- Counted once per source, then one row per column. -#}
with identities as (

    select
        source_code,
        source,
        source || ':' || source_customer_id as customer_id
    from {{ ref('int_customers') }}

),
{% for table, feeds in columns_by_feed().items() %}
{{ table }}_counts as (

    select
        customers.as_of_date,
        identities.source_code,
        identities.source,
        {%- for name in feeds.values() | sum(start=[]) %}
        count(customers.{{ name }}) as {{ name }},
        {%- endfor %}
        count(*) as customers
    from {{ ref(table) }} as customers
    inner join identities on customers.customer_id = identities.customer_id
    group by customers.as_of_date, identities.source_code, identities.source

),
{% endfor %}
names as (

    select
        listed.table_name,
        listed.column_name,
        listed.told_by
    from (
        values
        {%- for table, feeds in columns_by_feed().items() %}
        {%- set is_last_table = loop.last %}
        {%- for feed, names in feeds.items() %}
        {%- set is_last_feed = loop.last %}
        {%- for name in names %}
        ('{{ table }}', '{{ name }}', '{{ feed }}'){{ ',' if not (is_last_table and is_last_feed and loop.last) }}
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
    ) as listed (table_name, column_name, told_by)

),

columns as (
    {% for table, feeds in columns_by_feed().items() %}
    select
        counts.as_of_date,
        counts.source_code,
        counts.source,
        names.table_name,
        names.column_name,
        names.told_by,
        counts.customers,
        case names.column_name
            {%- for name in feeds.values() | sum(start=[]) %}
            when '{{ name }}' then counts.{{ name }}
            {%- endfor %}
        end as known_customers
    from {{ table }}_counts as counts
    inner join names on names.table_name = '{{ table }}'
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

delivered as (
    {% for feed, model in {
        'orders': 'fct_orders', 'customers': 'int_customers_united', 'products': 'int_products_united',
        'shipments': 'int_shipments_united', 'inventory': 'int_inventory_united',
        'survey_responses': 'int_survey_responses_united'
    }.items() %}
    select distinct
        source_code,
        '{{ feed }}' as feed
    from {{ ref(model) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

final as (

    select
        columns.as_of_date,
        columns.source,
        columns.table_name,
        columns.column_name,
        columns.told_by,
        delivered.feed is not null as is_delivered,
        columns.customers,
        columns.known_customers,
        cast(columns.known_customers as double) / columns.customers as known_share,
        case
            when columns.known_customers = columns.customers then 'known'
            when columns.known_customers > 0 then 'known_in_part'
            when delivered.feed is null then 'not_delivered'
            else 'not_told'
        end as coverage
    from columns
    left join delivered on columns.source_code = delivered.source_code and columns.told_by = delivered.feed

)

select * from final
