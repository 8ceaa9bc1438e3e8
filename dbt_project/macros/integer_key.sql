{#- The key by which rows are joined inside the warehouse: a plain whole number stays itself, any other identifier becomes a
    negative hash. A pure function of the identifier, so that a rebuild, another load order and another engine give the same
    keys. Integer keys cost a third of text keys in the large joins; the text comes back at publication. -#}
{% macro integer_key(identifier) -%}
    case
        when cast({{ whole_number_or_null(identifier) }} as string) = {{ identifier }} and {{ identifier }} not like '-%'
            then {{ whole_number_or_null(identifier) }}
        when {{ identifier }} is not null then -1 - {{ text_hash(identifier) }}
    end
{%- endmacro %}
