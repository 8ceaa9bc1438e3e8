{#- Percent rank of an amount among the scored customers of a date for whom it is known, 0 to 1; equal amounts share a rank. A
    decimal, so that sums of ranks do not depend on the order of rows. -#}
{% macro known_percent_rank(amount) -%}
    case
        when is_scored and {{ amount }} is not null
            then {{ decimal_from(
                'percent_rank() over (partition by as_of_date, is_scored and ' ~ amount ~ ' is not null order by ' ~ amount ~ ')', 12
            ) }}
    end
{%- endmacro %}
