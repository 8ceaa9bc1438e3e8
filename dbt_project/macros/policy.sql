{#- Join condition: the policy row that is valid on a date. -#}
{% macro valid_on(policy, on_date) -%}
    {{ policy }}.valid_from <= {{ on_date }} and ({{ policy }}.valid_to is null or {{ on_date }} < {{ policy }}.valid_to)
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
