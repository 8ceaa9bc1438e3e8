{%- set plan_before = table_before('intermediate', 'int_refresh_plan') -%}
{%- set finished = table_before('intermediate', 'int_refresh_finished') -%}

-- depends_on: {{ ref('int_account_periods') }}
with refresh as (

    {% if account_level() == 'ultimate_parent' -%}
    -- another hierarchy says of every order whose it is
    select concat(settings.fingerprint, '-', coalesce(hierarchy.fingerprint, 'flat')) as fingerprint
    from {{ ref('stg_control__refresh') }} as settings
    cross join (
        select {{ set_fingerprint("concat(source_code, ':', source_customer_id, '<', ultimate_parent_id, '@', valid_from)") }} as fingerprint
        from {{ ref('int_account_periods') }}
    ) as hierarchy
    {%- else -%}
    select fingerprint from {{ ref('stg_control__refresh') }}
    {%- endif %}

),

final as (

    select
        '{{ invocation_id }}' as plan_id,
        refresh.fingerprint,
        {% if flags.FULL_REFRESH or plan_before is none or finished is none -%}
        true as is_full,
        true as is_rebuild
        {%- else -%}
        -- an unfinished refresh may have left the fact ahead of what is built on it; another fingerprint means other rules
        not exists (
            select 1
            from {{ plan_before }} as plan_before
            inner join {{ finished }} as finished on plan_before.plan_id = finished.plan_id
            where finished.fingerprint = refresh.fingerprint
        ) as is_full,
        not exists (
            select 1 from {{ finished }} as finished
            where finished.fingerprint = refresh.fingerprint
        ) as is_rebuild
        {%- endif %}
    from refresh

)

select * from final
