{#- A condition that every row meets; NULL does not meet it. A returned row is one that breaks it. -#}
{% test holds(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
