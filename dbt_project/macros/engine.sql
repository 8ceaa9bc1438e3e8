{#- What differs between engines, one dispatched macro each, so that every model reads the same on all of them. -#}

{#- Whole days from one date to a later one. -#}
{% macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between')(from_date, to_date)) }}
{%- endmacro %}

{% macro duckdb__days_between(from_date, to_date) -%}
    date_diff('day', {{ from_date }}, {{ to_date }})
{%- endmacro %}

{#- The day before which an inclusive window of so many days begins: date > window_start(...) and date <= as-of. -#}
{% macro window_start(as_of_date, days) -%}
    {{ return(adapter.dispatch('window_start')(as_of_date, days)) }}
{%- endmacro %}

{% macro duckdb__window_start(as_of_date, days) -%}
    ({{ as_of_date }} - cast({{ days }} as integer))
{%- endmacro %}

{#- The day in the business time zone on which an instant (timestamp with time zone) falls. -#}
{% macro business_date(instant) -%}
    {{ return(adapter.dispatch('business_date')(instant)) }}
{%- endmacro %}

{% macro duckdb__business_date(instant) -%}
    cast(timezone('{{ env_var("SEGMENTATION_BUSINESS_TIMEZONE", "Europe/London") }}', {{ instant }}) as date)
{%- endmacro %}

{#- A 62-bit number from a text: the same on every run and every engine. -#}
{% macro text_hash(text) -%}
    {{ return(adapter.dispatch('text_hash')(text)) }}
{%- endmacro %}

{% macro duckdb__text_hash(text) -%}
    cast(md5_number_lower({{ text }}) % 4611686018427387904 as bigint)
{%- endmacro %}

{#- The fingerprint of a set of texts, whatever order the rows come in. -#}
{% macro set_fingerprint(text) -%}
    {{ return(adapter.dispatch('set_fingerprint')(text)) }}
{%- endmacro %}

{% macro duckdb__set_fingerprint(text) -%}
    md5(string_agg({{ text }}, '|' order by {{ text }}))
{%- endmacro %}

{#- The value of one column in the row where another is largest. -#}
{% macro value_at_max(value, by) -%}
    {{ return(adapter.dispatch('value_at_max')(value, by)) }}
{%- endmacro %}

{% macro duckdb__value_at_max(value, by) -%}
    arg_max({{ value }}, {{ by }})
{%- endmacro %}

{#- The day that lies so many days after another. -#}
{% macro days_after(from_date, days) -%}
    {{ return(adapter.dispatch('days_after')(from_date, days)) }}
{%- endmacro %}

{% macro duckdb__days_after(from_date, days) -%}
    ({{ from_date }} + cast({{ days }} as integer))
{%- endmacro %}

{#- A day before every other, where a first version begins. -#}
{% macro beginning_of_time() -%}
    date '0001-01-01'
{%- endmacro %}

{#- A day after every other. -#}
{% macro end_of_time() -%}
    date '9999-12-31'
{%- endmacro %}
