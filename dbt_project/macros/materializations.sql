{#- Tables and views of DuckDB, replaced within one transaction. dbt's own way builds beside, renames the old one away, renames the
    new one in and drops: five questions to the adapter per model, for engines that have no transactional DDL. -#}

{%- materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- if model.language == 'sql' -%}{{ return(replace_relation('table')) }}{%- endif -%}
    {#- a model in Python is run by the materialization itself or not at all; the old table is gone when it runs -#}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{- run_hooks(pre_hooks) -}}
    {%- if existing is not none -%}{%- do run_query('drop ' ~ existing.type ~ ' if exists ' ~ existing) -%}{%- endif -%}
    {%- call statement('main', language='python') -%}
        {{- create_table_as(False, target, compiled_code, 'python') }}
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {{- run_hooks(post_hooks) -}}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization -%}

{%- materialization view, adapter='duckdb' -%}
    {{ return(replace_relation('view')) }}
{%- endmaterialization -%}

{#- A model with a contract has its columns declared before they are filled; the others may read their own last state. -#}
{%- macro replace_relation(type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=type) -%}
    {%- set is_declared = config.get('contract').enforced -%}
    {{- run_hooks(pre_hooks) -}}
    {%- call statement('main') -%}
        {%- if existing is not none and (is_declared or existing.type != type) %}
            drop {{ existing.type }} if exists {{ existing }};
        {%- endif %}
        {%- if is_declared %}
            {{ create_table_as(False, target, sql) if type == 'table' else create_view_as(target, sql) }}
        {%- else %}
            create or replace {{ type }} {{ target }} as (
                {{ sql }}
            )
        {%- endif %}
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {{- run_hooks(post_hooks) -}}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmacro -%}

{#- Tables of Spark: built beside the one that is there, which then makes way, so that a model may read its own last state and readers
    miss it for a moment only. -#}
{%- materialization table, adapter='spark', supported_languages=['sql', 'python'] -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set fresh = target.incorporate(path={'identifier': this.identifier ~ '__next'}) -%}
    {{- run_hooks(pre_hooks) -}}
    {%- if existing is not none -%}
        {%- do run_query('drop table if exists ' ~ fresh) -%}
    {%- endif -%}
    {%- call statement('main', language=model.language) -%}
        {%- set written = fresh if existing is not none else target -%}
        {%- if model.language == 'python' -%}
{{ compiled_code }}
model(dbtObj(spark.table), spark).write.format("parquet").saveAsTable("{{ written }}")
        {%- else -%}
        {{ create_table_as(False, written, compiled_code) }}
        {%- endif -%}
    {%- endcall -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- do run_query('alter table ' ~ fresh ~ ' rename to ' ~ target) -%}
    {%- endif -%}
    {%- do persist_docs(target, model) -%}
    {{- run_hooks(post_hooks) -}}
    {{ return({'relations': [target]}) }}
{%- endmaterialization -%}
