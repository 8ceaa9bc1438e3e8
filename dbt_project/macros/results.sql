{#- What became of every model and data test when it last ran, whichever part of the project ran since: monitoring.node_results.
    Publication refuses while a test of error severity stands there with anything but `pass`, `warn` or `success`.

    results: dbt's own list, in on-run-end. Commands that only compile leave the table as it is. -#}
{% macro record_results(results) -%}
    {%- set kept = results | selectattr('node.resource_type', 'in', ['model', 'test']) | list -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'test'] and kept -%}
        {%- set table = 'monitoring.node_results' -%}
        {%- do run_query('create schema if not exists monitoring') -%}
        {%- do run_query(
            'create table if not exists ' ~ table ~ ' (unique_id string, resource_type string, name string, severity string, '
            ~ 'status string, message string, failures bigint, invocation_id string)'
        ) -%}
        {#- a node that has left the project can never run again: what it once said no longer counts -#}
        {%- set forgotten = "unique_id not in (" ~ text_literals(graph.nodes.keys()) ~ ")" -%}
        {%- set ran_again = "unique_id in (" ~ text_literals(kept | map(attribute='node.unique_id')) ~ ")" -%}
        {%- set rows = [] -%}
        {%- for result in kept -%}
            {%- set values = [
                result.node.unique_id,
                result.node.resource_type,
                result.node.name,
                (result.node.config.severity | lower) if result.node.resource_type == 'test' else 'error',
                result.status,
                result.message,
                result.failures,
                invocation_id
            ] -%}
            {%- do rows.append('(' ~ text_literals(values) ~ ')') -%}
        {%- endfor -%}
        {%- do replace_rows(table, forgotten ~ ' or ' ~ ran_again, rows) -%}
    {%- endif -%}
{%- endmacro %}

{#- Values as a list of SQL literals, none as null. -#}
{% macro text_literals(values) -%}
    {%- set literals = [] -%}
    {%- for value in values -%}
        {%- do literals.append('null' if value is none else value if value is number else text_literal(value | string)) -%}
    {%- endfor -%}
    {{ return(literals | join(', ')) }}
{%- endmacro %}
