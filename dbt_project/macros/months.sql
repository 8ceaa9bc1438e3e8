{#- Calendar months as whole numbers, one apart: both engines read these functions alike. -#}

{#- The number of a date's month. -#}
{% macro month_number(day) -%}
    cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) - 1 as integer)
{%- endmacro %}

{#- The last day of the month with a number. -#}
{% macro month_end(number) -%}
    last_day(make_date(cast(floor({{ number }} / 12) as integer), cast({{ number }} % 12 + 1 as integer), 1))
{%- endmacro %}
