{#- Rules that name a class both by the limits of the day and by those of a date before. -#}

{#- A price at the split is high, a cost at the split is low; NULL where the customer has neither. -#}
{% macro profit_quadrant(price, cost, price_split, cost_split) -%}
    case
        when {{ price }} is null or {{ price_split }} is null then null
        when {{ price }} >= {{ price_split }} and {{ cost }} > {{ cost_split }} then 'carriage_trade'
        when {{ price }} >= {{ price_split }} then 'passive'
        when {{ cost }} > {{ cost_split }} then 'aggressive'
        else 'bargain_basement'
    end
{%- endmacro %}

{#- Condition under which a row of the policy's promotion_responses holds for an index on a day. -#}
{% macro promotion_response_holds(responses, promotion_index, day) -%}
    {{ promotion_index }} >= {{ responses }}.index_from
    and ({{ responses }}.index_below is null or {{ promotion_index }} < {{ responses }}.index_below)
    and {{ valid_on(responses, day) }}
{%- endmacro %}
