{#- At which level of the account hierarchy customers are told apart: ship_to, sold_to or ultimate_parent, a setting of the
    deployment. Decided where the sources are united, so that nothing behind it knows of levels. -#}

{%- macro account_level() -%}
    {%- set refresh = ref('stg_control__refresh') -%}
    {%- if execute and load_relation(refresh) -%}
        {{ return(run_query('select account_level from ' ~ refresh).rows[0][0]) }}
    {%- endif -%}
    {{ return('sold_to') }}
{%- endmacro %}

{#- The rows of the CTE `delivered` with the account in the place of the customer who is named. on_date: the business day by whose
    hierarchy the account is found; names_ship_to: whether the rows name a place of delivery. -#}
{% macro at_account_level(entity, on_date, names_ship_to=false) -%}
    {%- set level = account_level() -%}
    {%- set periods = ref('int_account_periods') -%}
    select
        delivered.source_code,
        delivered.delivery_date,
        {%- for column in entity_columns(entity) if column != 'source_customer_id' %}
        delivered.{{ column }},
        {%- endfor %}
        delivered.source_customer_id as sold_to_id,
        {% if level == 'ultimate_parent' -%}
        coalesce(periods.ultimate_parent_id, delivered.source_customer_id) as source_customer_id
        {%- elif level == 'ship_to' and names_ship_to -%}
        -- a guest stays a guest, wherever the goods go
        coalesce(delivered.source_customer_id || '/' || delivered.ship_to_id, delivered.source_customer_id) as source_customer_id
        {%- else -%}
        delivered.source_customer_id
        {%- endif %}
    from delivered
    {%- if level == 'ultimate_parent' %}
    left join {{ periods }} as periods
        on
            delivered.source_code = periods.source_code
            and delivered.source_customer_id = periods.source_customer_id
            and {{ valid_on('periods', 'delivered.' ~ on_date) }}
    {%- endif %}
{%- endmacro %}
