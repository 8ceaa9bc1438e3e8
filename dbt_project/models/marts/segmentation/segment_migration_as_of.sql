{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_due_steps() }}"
) }}

{#- Built after the moves: a step whose numbers are kept here is told in full. -#}

-- depends_on: {{ ref('segment_moves') }}
with {{ judged_steps() }},

counted as (
    {% for dimension in tracked_dimensions() %}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        from_{{ dimension }} as from_segment,
        to_{{ dimension }} as to_segment,
        {{ move_cause(dimension) }} as cause,
        count(*) as customers,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from judged_steps
    group by
        as_of_date,
        from_{{ dimension }},
        to_{{ dimension }},
        {{ move_cause(dimension) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

final as (

    select
        counted.as_of_date,
        steps.date_before,
        steps.refresh_id,
        steps.refresh_id_before,
        counted.dimension,
        coalesce(counted.from_segment, 'none') as from_segment,
        coalesce(counted.to_segment, 'none') as to_segment,
        counted.cause,
        counted.customers,
        counted.net_revenue
    from counted
    inner join {{ ref('history_steps') }} as steps on counted.as_of_date = steps.as_of_date

)

select * from final
