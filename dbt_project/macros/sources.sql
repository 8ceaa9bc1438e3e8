{#- The sources of the house, and how their staging models become one. A new source is one contract and its staging models: what is
    staged reaches dbt through SEGMENTATION_STAGING_MODELS (transformation/project.py lists the files), so nothing here changes. -#}

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

{#- Every enabled source's stg_<source>__<entity>, one under the other, with the source's short code; a source without such a
    model adds nothing. -#}
{% macro union_sources(entity) -%}
    {%- set columns = ['delivery_date'] + (entity_columns(entity).keys() | list) -%}
    {%- set codes = enabled_sources() -%}
    {%- set delivering = [] -%}
    {%- for model in env_var('SEGMENTATION_STAGING_MODELS').split(',') | sort if model.endswith('__' ~ entity) -%}
        {%- set source = model[4:-(entity | length + 2)] -%}
        {#- while parsing every one of them is a parent -#}
        {%- if not execute -%}{%- do ref(model) -%}{%- endif -%}
        {%- if source in codes -%}{%- do delivering.append(source) -%}{%- endif -%}
    {%- endfor -%}
    {%- for source in delivering %}
    {% if not loop.first %}union all{% endif %}
    select
        cast({{ codes[source] }} as smallint) as source_code,
        {{ columns | join(',\n        ') }}
    from {{ ref('stg_' ~ source ~ '__' ~ entity) }}
    {%- else %}
    {#- parse time, or no enabled source delivers it: the shape without a row -#}
    select
        cast(null as smallint) as source_code,
        cast(null as date) as delivery_date,
        {{ absent_columns(entity, []) }}
    where false
    {%- endfor %}
{%- endmacro %}
