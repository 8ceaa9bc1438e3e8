{#- The sources of the house, and how their staging models become one. A new source is one contract and its staging models:
    its name reaches dbt through SEGMENTATION_KNOWN_SOURCES, so nothing here changes. -#}

{% macro known_sources() -%}
    {{ return(env_var('SEGMENTATION_KNOWN_SOURCES', 'demo,online_retail').split(',') | sort) }}
{%- endmacro %}

{#- {source: source_code} of the sources that are switched on; none in a warehouse that holds nothing yet, which a linter has. -#}
{% macro enabled_sources() -%}
    {%- set sources = {} -%}
    {%- set feeds = ref('stg_control__feeds') -%}
    {%- if execute and load_relation(feeds) -%}
        {%- set known = run_query('select distinct source, source_code from ' ~ feeds ~ ' where is_enabled order by source') -%}
        {%- for row in known.rows -%}
            {%- do sources.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(sources) }}
{%- endmacro %}

{#- Every enabled source's stg_<source>__<entity>, one under the other, with the source's short code.
    entity: the second half of the staging models' name. columns: the names that each of them delivers. -#}
{% macro union_sources(entity, columns) -%}
    {%- set relations = {} -%}
    {%- for source in known_sources() -%}
        {%- do relations.update({source: ref('stg_' ~ source ~ '__' ~ entity)}) -%}
    {%- endfor -%}
    {%- set codes = enabled_sources() -%}
    {%- for source in codes if source in relations %}
    {% if not loop.first %}union all{% endif %}
    select
        cast({{ codes[source] }} as smallint) as source_code,
        {{ columns | join(',\n        ') }}
    from {{ relations[source] }}
    {%- else %}
    {#- parse time, or no source is on: the shape without a row -#}
    select
        cast(null as smallint) as source_code,
        {{ columns | join(',\n        ') }}
    from {{ relations.values() | first }}
    where false
    {%- endfor %}
{%- endmacro %}
