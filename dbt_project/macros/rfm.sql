{#- How many of a measure's cut points lie strictly below a value: equal values always get equal scores. -#}
{% macro cut_points_below(measured, cut_points) -%}
    (
        {%- for number in range(1, 5) %}
        case when {{ cut_points }}.cut_{{ number }} < {{ measured }} then 1 else 0 end{{ ' +' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
