{#- Join condition: the row that is valid on a date. Comparisons only: with an `or` in it an outer join would compare every
    row with every other one. -#}
{% macro valid_on(policy, on_date) -%}
    {{ policy }}.valid_from <= {{ on_date }} and coalesce({{ policy }}.valid_to, {{ end_of_time() }}) > {{ on_date }}
{%- endmacro %}

{#- A policy table with the day before which each of its versions ends. A version is all rows of one valid_from: a newer
    version replaces the whole table, so that a rule that is no longer there is no longer valid. -#}
{% macro policy_versions(relation) -%}
    select
        policy.*,
        (
            select min(newer.valid_from) from {{ relation }} as newer
            where newer.valid_from > policy.valid_from
        ) as valid_to
    from {{ relation }} as policy
{%- endmacro %}

{#- Named numbers of the policy as columns: one row per as-of date, with those that are valid on it. -#}
{% macro parameters_as_of(names) -%}
    select
        as_of_dates.as_of_date,
        {%- for name in names %}
        max(case when parameters.name = '{{ name }}' then parameters.value end) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_as_of_dates') }} as as_of_dates
    inner join {{ ref('stg_policy__parameters') }} as parameters
        on {{ valid_on('parameters', 'as_of_dates.as_of_date') }}
    group by as_of_dates.as_of_date
{%- endmacro %}

{#- Join condition: the weight band of a tariff in which a weight lies; the heaviest band has no end. -#}
{% macro in_weight_band(tariff, weight) -%}
    {{ tariff }}.weight_from_kg <= {{ weight }} and coalesce({{ tariff }}.weight_below_kg, 99999999) > {{ weight }}
{%- endmacro %}
