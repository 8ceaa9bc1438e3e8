{#- How many of a measure's cut points lie below a value: equal values always get equal scores. A value at a cut point lies below
    it, and with the method of the R package rfm above it. A score that does not exist among three has no cut point. -#}
{% macro cut_points_below(measured, cut_points) -%}
    (
        {%- for number in range(1, 5) %}
        case
            when {{ cut_points }}.cut_{{ number }} < {{ measured }} then 1
            when {{ cut_points }}.method = 'r_rfm' and {{ cut_points }}.cut_{{ number }} = {{ measured }} then 1
            else 0
        end{{ ' +' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- Cut points with one row per measure and the columns cut_1 to cut_4. score_step: three scores are written as 1, 3, 5. -#}
{% macro cut_points_by_measure(relation, date_column='as_of_date') -%}
    select
        {{ date_column }},
        measure,
        max(method) as method,
        {%- for number in range(1, 5) %}
        max(case when cut_number = {{ number }} then cut_value end) as cut_{{ number }},
        {%- endfor %}
        max(case when scheme = 'three_scores' then 2 else 1 end) as score_step
    from {{ relation }}
    group by {{ date_column }}, measure
{%- endmacro %}

{#- The three scores of a row of values by the cut points joined as recency, frequency and monetary; few days are good. -#}
{% macro rfm_scores(customers) -%}
    cast(5 - recency.score_step * {{ cut_points_below(customers ~ '.recency_days', 'recency') }} as integer) as r_score,
    cast(1 + frequency.score_step * {{ cut_points_below(customers ~ '.frequency', 'frequency') }} as integer) as f_score,
    cast(
        1 + monetary.score_step * {{ cut_points_below('cast(' ~ customers ~ '.monetary as double)', 'monetary') }} as integer
    ) as m_score
{%- endmacro %}
