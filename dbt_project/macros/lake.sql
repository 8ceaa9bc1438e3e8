{#- How an engine comes to read the lake's Parquet files. -#}

{#- On-run-start: makes the lake's folders known to an engine that reads sources as tables of its catalogue. DuckDB reads the files
    where they lie (external_location in the sources' .yml). -#}
{% macro register_lake() -%}
    {{ return(adapter.dispatch('register_lake')()) }}
{%- endmacro %}

{% macro duckdb__register_lake() -%}
{%- endmacro %}

{#- Every source, switched on or not, as external tables over the very same files, whose columns are read anew by each run; the few
    rows of control and policy, which are single files, as copies. A source that never delivered has typed, empty files. -#}
{% macro spark__register_lake() -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'show'] -%}
        {%- set lake = env_var('SEGMENTATION_LAKE') -%}
        {#- a partition is found by its folder's name, so that a delivery needs no word to the catalogue -#}
        {%- do run_query('set spark.sql.hive.manageFilesourcePartitions = false') -%}
        {%- for source in graph.sources.values() -%}
            {%- if loop.first or loop.changed(source.schema) -%}
                {%- do run_query('create schema if not exists ' ~ source.schema) -%}
            {%- endif -%}
            {%- set table = source.schema ~ '.' ~ source.identifier -%}
            {%- set folder = lake ~ '/raw/' ~ source.source_name ~ '/' ~ source.identifier -%}
            {%- set file = lake ~ '/' ~ source.source_name ~ '/' ~ source.identifier ~ '.parquet' -%}
            {%- do run_query('drop table if exists ' ~ table) -%}
            {%- do run_query('create table ' ~ table ~ ' using parquet ' ~ (
                'as select * from parquet.`' ~ file ~ '`' if source.source_name in ['control', 'policy']
                else "options (mergeSchema 'true') location '" ~ folder ~ "'"
            )) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
