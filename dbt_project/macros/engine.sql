{#- What differs between engines, one dispatched macro each, so that every model reads the same on all of them. -#}

{#- Whole days from one date to a later one. -#}
{% macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between')(from_date, to_date)) }}
{%- endmacro %}

{% macro duckdb__days_between(from_date, to_date) -%}
    date_diff('day', {{ from_date }}, {{ to_date }})
{%- endmacro %}

{% macro spark__days_between(from_date, to_date) -%}
    cast(datediff({{ to_date }}, {{ from_date }}) as bigint)
{%- endmacro %}

{#- The day before which an inclusive window of so many days begins: date > window_start(...) and date <= as-of. -#}
{% macro window_start(as_of_date, days) -%}
    {{ return(adapter.dispatch('window_start')(as_of_date, days)) }}
{%- endmacro %}

{% macro duckdb__window_start(as_of_date, days) -%}
    ({{ as_of_date }} - cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__window_start(as_of_date, days) -%}
    date_sub({{ as_of_date }}, cast({{ days }} as integer))
{%- endmacro %}

{#- The day in the business time zone on which an instant (timestamp with time zone) falls. -#}
{% macro business_date(instant) -%}
    {{ return(adapter.dispatch('business_date')(instant)) }}
{%- endmacro %}

{% macro duckdb__business_date(instant) -%}
    cast(timezone('{{ env_var("SEGMENTATION_BUSINESS_TIMEZONE", "Europe/London") }}', {{ instant }}) as date)
{%- endmacro %}

{#- The session's time zone is the business's (profiles.yml). -#}
{% macro spark__business_date(instant) -%}
    cast({{ instant }} as date)
{%- endmacro %}

{#- A 62-bit number from a text: the same on every run and every engine. -#}
{% macro text_hash(text) -%}
    {{ return(adapter.dispatch('text_hash')(text)) }}
{%- endmacro %}

{% macro duckdb__text_hash(text) -%}
    cast(md5_number_lower({{ text }}) % 4611686018427387904 as bigint)
{%- endmacro %}

{#- DuckDB reads the last eight of the sixteen bytes from the end. -#}
{% macro spark__text_hash(text) -%}
    cast(
        cast(
            conv(
                regexp_replace(substr(md5({{ text }}), 17), '{{ '(..)' * 8 }}', '$8$7$6$5$4$3$2$1'), 16, 10
            ) as decimal(20, 0)
        ) % 4611686018427387904 as bigint
    )
{%- endmacro %}

{#- The fingerprint of a set of texts, whatever order the rows come in. -#}
{% macro set_fingerprint(text) -%}
    {{ return(adapter.dispatch('set_fingerprint')(text)) }}
{%- endmacro %}

{% macro duckdb__set_fingerprint(text) -%}
    md5(string_agg({{ text }}, '|' order by {{ text }}))
{%- endmacro %}

{% macro spark__set_fingerprint(text) -%}
    case when count({{ text }}) > 0 then md5(array_join(array_sort(collect_list({{ text }})), '|')) end
{%- endmacro %}

{#- The value of one column in the row where another is largest. -#}
{% macro value_at_max(value, by) -%}
    {{ return(adapter.dispatch('value_at_max')(value, by)) }}
{%- endmacro %}

{% macro duckdb__value_at_max(value, by) -%}
    arg_max({{ value }}, {{ by }})
{%- endmacro %}

{#- DuckDB passes over rows without a value. -#}
{% macro spark__value_at_max(value, by) -%}
    max_by({{ value }}, case when {{ value }} is not null then {{ by }} end)
{%- endmacro %}

{#- The middle of a group's values; of an even number the mean of the two in the middle. -#}
{% macro median_of(measured) -%}
    {{ return(adapter.dispatch('median_of')(measured)) }}
{%- endmacro %}

{% macro duckdb__median_of(measured) -%}
    median({{ measured }})
{%- endmacro %}

{% macro spark__median_of(measured) -%}
    median({{ measured }})
{%- endmacro %}

{#- A text as a number, or NULL where it is none. -#}
{% macro number_or_null(written) -%}
    {{ return(adapter.dispatch('number_or_null')(written)) }}
{%- endmacro %}

{% macro duckdb__number_or_null(written) -%}
    try_cast({{ written }} as decimal(18, 4))
{%- endmacro %}

{% macro spark__number_or_null(written) -%}
    try_cast({{ written }} as decimal(18, 4))
{%- endmacro %}

{#- A text as a whole number, or NULL where it is none; signs and spaces are not asked for. -#}
{% macro whole_number_or_null(written) -%}
    {{ return(adapter.dispatch('whole_number_or_null')(written)) }}
{%- endmacro %}

{% macro duckdb__whole_number_or_null(written) -%}
    try_cast({{ written }} as bigint)
{%- endmacro %}

{#- Spark words an error for every text that it tries in vain, which costs more than all the rest of a key. -#}
{% macro spark__whole_number_or_null(written) -%}
    case when {{ written }} rlike '^[0-9]{1,19}$' then try_cast({{ written }} as bigint) end
{%- endmacro %}

{#- English name of a date's weekday, in lower case. -#}
{% macro weekday_name(on_date) -%}
    {{ return(adapter.dispatch('weekday_name')(on_date)) }}
{%- endmacro %}

{% macro duckdb__weekday_name(on_date) -%}
    lower(dayname({{ on_date }}))
{%- endmacro %}

{% macro spark__weekday_name(on_date) -%}
    lower(date_format({{ on_date }}, 'EEEE'))
{%- endmacro %}

{#- The day that lies so many days after another. -#}
{% macro days_after(from_date, days) -%}
    {{ return(adapter.dispatch('days_after')(from_date, days)) }}
{%- endmacro %}

{% macro duckdb__days_after(from_date, days) -%}
    ({{ from_date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__days_after(from_date, days) -%}
    date_add({{ from_date }}, cast({{ days }} as integer))
{%- endmacro %}

{#- A day before every other, where a first version begins. -#}
{% macro beginning_of_time() -%}
    date '0001-01-01'
{%- endmacro %}

{#- A day after every other. -#}
{% macro end_of_time() -%}
    date '9999-12-31'
{%- endmacro %}

{#- An amount of four decimals that is multiplied by a decimal. DuckDB multiplies two decimals of 18 digits within 18 digits, so it needs
    a wider one; Spark rounds where both factors together have more than 38. -#}
{% macro factor(amount) -%}
    {{ return(adapter.dispatch('factor')(amount)) }}
{%- endmacro %}

{% macro duckdb__factor(amount) -%}
    cast({{ amount }} as decimal(28, 4))
{%- endmacro %}

{% macro spark__factor(amount) -%}
    cast({{ amount }} as decimal(18, 4))
{%- endmacro %}

{#- A floating-point number as a decimal of 18 digits: what lies half-way between two decimals goes away from 0. -#}
{% macro decimal_from(number, scale) -%}
    {{ return(adapter.dispatch('decimal_from')(number, scale)) }}
{%- endmacro %}

{% macro duckdb__decimal_from(number, scale) -%}
    cast({{ number }} as decimal(18, {{ scale }}))
{%- endmacro %}

{#- Spark rounds the shortest way to write a number, DuckDB the number times a power of ten: 0.285 is a little less than it looks. -#}
{% macro spark__decimal_from(number, scale) -%}
    cast(
        cast(round(cast({{ number }} as double) * 1e{{ scale }}) as decimal(24, 0))
        * cast('0.{{ '0' * (scale - 1) }}1' as decimal({{ scale + 1 }}, {{ scale }})) as decimal(18, {{ scale }})
    )
{%- endmacro %}

{#- An exact decimal of more than 18 digits (a sum of products, say) rounded to one of 18. from_scale: its decimals. DuckDB divides 128 bits
    bit by bit, 2 microseconds a number, so that what fits into 64 is narrowed first. -#}
{% macro narrowed(number, from_scale, to_scale) -%}
    {{ return(adapter.dispatch('narrowed')(number, from_scale, to_scale)) }}
{%- endmacro %}

{% macro duckdb__narrowed(number, from_scale, to_scale) -%}
    {%- set largest = '9' * (18 - from_scale) -%}
    case
        when {{ number }} between -{{ largest }} and {{ largest }}
            then cast(cast({{ number }} as decimal(18, {{ from_scale }})) as decimal(18, {{ to_scale }}))
        else cast({{ number }} as decimal(18, {{ to_scale }}))
    end
{%- endmacro %}

{% macro spark__narrowed(number, from_scale, to_scale) -%}
    cast({{ number }} as decimal(18, {{ to_scale }}))
{%- endmacro %}

{#- A text as a literal, whatever characters are in it. -#}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal')(text)) }}
{%- endmacro %}

{% macro duckdb__text_literal(text) -%}
    {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro spark__text_literal(text) -%}
    {{ return("'" ~ text | replace('\\', '\\\\') | replace("'", "\\'") ~ "'") }}
{%- endmacro %}

{#- Takes the rows away that meet a condition, and adds others, given as lists of literals, as one step: a run that is killed here
    leaves the table as it was. -#}
{% macro replace_rows(table, condition, rows) -%}
    {{ return(adapter.dispatch('replace_rows')(table, condition, rows)) }}
{%- endmacro %}

{% macro duckdb__replace_rows(table, condition, rows) -%}
    {%- do run_query(
        'begin transaction; delete from ' ~ table ~ ' where ' ~ condition
        ~ '; insert into ' ~ table ~ ' values ' ~ rows | join(', ') ~ '; commit'
    ) -%}
{%- endmacro %}

{#- A Parquet table is written anew: beside the old one, which then makes way. -#}
{% macro spark__replace_rows(table, condition, rows) -%}
    {%- do run_query('drop table if exists ' ~ table ~ '__next') -%}
    {%- do run_query(
        'create table ' ~ table ~ '__next using parquet as select * from ' ~ table ~ ' where not coalesce(' ~ condition ~ ', false)'
    ) -%}
    {%- if rows -%}
        {%- do run_query('insert into ' ~ table ~ '__next values ' ~ rows | join(', ')) -%}
    {%- endif -%}
    {%- do run_query('drop table ' ~ table) -%}
    {%- do run_query('alter table ' ~ table ~ '__next rename to ' ~ table) -%}
{%- endmacro %}

{#- Pre-hook of an incremental model: takes the rows away that it delivers again, where the engine can, in the same transaction as
    the insert. -#}
{% macro delete_where(condition) -%}
    {%- if is_incremental() -%}
        {{ return(adapter.dispatch('delete_where')(condition)) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__delete_where(condition) -%}
    delete from {{ this }} where {{ condition }}
{%- endmacro %}

{% macro spark__delete_where(condition) -%}
    {%- do replace_rows(this | string, condition, []) -%}
{%- endmacro %}
