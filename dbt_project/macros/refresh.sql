{#- Full or incremental: decided once per refresh by int_refresh_plan, obeyed by every incremental model.

    A refresh is full when somebody asks for it, when there is no finished one to build upon, when the one before was cut
    short, or when its fingerprint (enabled sources, business time zone, code) is another. Otherwise only the orders that
    changed deliveries touch are computed again. -#}

{#- A model's table as the refresh before left it, or none. Read without ref() on purpose: the model stands downstream. -#}
{% macro table_before(schema, name) -%}
    {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=name) if execute else none) }}
{%- endmacro %}

{% macro refresh_is_full() -%}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {%- set plan = table_before('intermediate', 'int_refresh_plan') -%}
    {%- if plan is none -%}{{ return(true) }}{%- endif -%}
    {{ return(run_query('select is_full from ' ~ plan).rows[0][0]) }}
{%- endmacro %}

{#- dbt's own macro, overridden: incremental models follow the plan. -#}
{% macro should_full_refresh() -%}
    {%- set asked_for = config.get('full_refresh') -%}
    {#- a journal is never built again: its rows say what was -#}
    {%- if asked_for is false -%}{{ return(false) }}{%- endif -%}
    {%- if asked_for is none -%}{%- set asked_for = flags.FULL_REFRESH -%}{%- endif -%}
    {{ return(asked_for or (config.get('materialized') == 'incremental' and refresh_is_full())) }}
{%- endmacro %}

{#- Delivery dates as a list of literals: a literal list prunes the lake's files, a subquery reads them all. -#}
{% macro delivery_date_literals(relation) -%}
    {%- set dates = [] -%}
    {%- if execute and load_relation(relation) -%}
        {%- for row in run_query('select distinct delivery_date from ' ~ relation ~ ' order by 1').rows -%}
            {%- do dates.append("date '" ~ row[0] ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(dates | join(', ') if dates else 'null') }}
{%- endmacro %}

{#- Limits rows of the lake to the orders that this refresh computes again; nothing in a full refresh. -#}
{% macro where_order_is_touched() -%}
    {%- if is_incremental() %}
    where
        delivery_date in ({{ delivery_date_literals(ref('int_touched_orders')) }})
        and (source_code, order_key) in (select source_code, order_key from {{ ref('int_touched_orders') }})
    {%- endif %}
{%- endmacro %}

{#- Pre-hook: takes the rows away that the model delivers again. -#}
{% macro delete_touched(touched, columns, condition='true') -%}
    {{ return(delete_where(
        '(' ~ columns | join(', ') ~ ') in (select ' ~ columns | join(', ') ~ ' from ' ~ touched ~ ' where ' ~ condition ~ ')'
    )) }}
{%- endmacro %}

{#- Pre-hook: takes the dates away that this refresh computes, and the day's own date of the refresh before. -#}
{% macro delete_computed_dates(as_of_dates) -%}
    {{ return(delete_where("date_role = 'current' or as_of_date in (select as_of_date from " ~ as_of_dates ~ ')')) }}
{%- endmacro %}

{#- What the last finished refresh took in, or none in a full refresh, which compares with nothing. -#}
{% macro absorbed_before(name) -%}
    {%- set absorbed = table_before('intermediate', name) -%}
    {{ return(none if absorbed is none or refresh_is_full() else absorbed) }}
{%- endmacro %}
