{#- First day of the month in which a date lies. -#}
{% macro month_of(on_date) -%}
    cast(date_trunc('month', {{ on_date }}) as date)
{%- endmacro %}
