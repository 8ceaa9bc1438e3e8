{#- What customers are clustered by: the measures of behaviour, as columns of int_behaviour_features. Those that span orders of
    magnitude stand there as logarithms, so that twice as much is as far everywhere. A new measure is one line here, one column
    there, one line of the policy's contract. -#}
{% macro behaviour_features() -%}
    {{ return({
        'order_days': {'is_logarithm': true},
        'order_value': {'is_logarithm': true},
        'order_lines': {'is_logarithm': true},
        'gap_variation': {'is_logarithm': false},
        'promotion_share': {'is_logarithm': false},
        'main_channel_share': {'is_logarithm': false},
        'category_concentration': {'is_logarithm': false},
        'brand_concentration': {'is_logarithm': false},
        'return_share': {'is_logarithm': false},
    }) }}
{%- endmacro %}
