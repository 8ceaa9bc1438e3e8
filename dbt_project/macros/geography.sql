{#- Great-circle distance in kilometres by the haversine formula, on a sphere of the earth's mean radius (6,371.0088 km). -#}
{% macro haversine_km(latitude, longitude, other_latitude, other_longitude) -%}
    2 * 6371.0088 * asin(least(1.0, sqrt(
        power(sin(radians({{ other_latitude }} - {{ latitude }}) / 2), 2)
        + cos(radians({{ latitude }})) * cos(radians({{ other_latitude }}))
        * power(sin(radians({{ other_longitude }} - {{ longitude }}) / 2), 2)
    )))
{%- endmacro %}
