{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_due_steps() }}"
) }}

with {{ judged_steps() }},

final as (
    {% for dimension in tracked_dimensions() %}
    select
        as_of_date,
        source_code,
        customer_key,
        '{{ dimension }}' as dimension,
        from_{{ dimension }} as from_segment,
        to_{{ dimension }} as to_segment,
        {{ move_cause(dimension) }} as cause
    from judged_steps
    where from_{{ dimension }} is distinct from to_{{ dimension }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final
