{#- A customer's id as delivered, or none: empty for a guest, `erased` where the id had to stay but its customer was erased
    (dagster_project/ingestion/scrubbing.py writes it). All erased customers together are nobody. -#}
{% macro known_customer(identifier) -%}
    nullif(nullif(trim({{ identifier }}), ''), 'erased')
{%- endmacro %}
