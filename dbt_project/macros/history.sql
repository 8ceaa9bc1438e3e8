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
        'usage_class',
        'promotion_response',
        'demographic_segment',
        'preference_segment',
        'market_cluster',
        'service_tier',
        'profit_quadrant',
        'behaviour_cluster'
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

{#- Column or expression: which refresh computed a kept row. An earlier version did not keep it. -#}
{% macro kept_refresh_id() -%}
    {%- set names = adapter.get_columns_in_relation(kept_segments()) | map(attribute='name') | list -%}
    {{ return('refresh_id' if 'refresh_id' in names else 'cast(null as string)') }}
{%- endmacro %}

{#- Pre-hook of the journal of restatements: what a refresh wrote that was cut short before the kept segments were replaced is
    written again by this one. -#}
{% macro forget_restatements_that_were_not_made() -%}
    {%- set names = adapter.get_columns_in_relation(this) | map(attribute='name') | list if is_incremental() else [] -%}
    {%- if 'refresh_id_before' in names -%}
    {{ delete_touched(ref('int_segments_before'), ['as_of_date', 'refresh_id_before']) }}
    {%- endif -%}
{%- endmacro %}
