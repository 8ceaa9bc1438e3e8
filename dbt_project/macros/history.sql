{#- What a kept as-of date holds of each customer: the dimensions whose changes are told, and the values that explain them. -#}

{#- Name of each dimension, as a column of int_segments_now and of segments_by_the_ruler_before. A new dimension is one line here
    and one in each of them. -#}
{% macro tracked_dimensions() -%}
    {{ return([
        'rfm_segment',
        'abc_revenue',
        'abc_profit',
        'xyz_class',
        'lifecycle_stage',
        'relationship_class',
        'service_tier'
    ]) }}
{%- endmacro %}

{#- The table of kept dates as the refresh before left it, or none before the first. -#}
{% macro kept_segments() -%}
    {{ return(table_before('marts', 'customer_segments_as_of')) }}
{%- endmacro %}

{#- The dimensions that the refresh before kept too: after a change of code there may be fewer. -#}
{% macro kept_dimensions() -%}
    {%- set kept = kept_segments() -%}
    {%- set names = adapter.get_columns_in_relation(kept) | map(attribute='name') | list if kept else [] -%}
    {{ return(tracked_dimensions() | select('in', names) | list) }}
{%- endmacro %}
