{#- What one row stands for: no two rows share these columns, and none of them is NULL but the nullable ones. A returned row is a key
    that breaks it. -#}
{% test grain(model, columns, nullable=[]) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {{ columns | reject('in', nullable) | join(' is null or ') }} is null
{% endtest %}
