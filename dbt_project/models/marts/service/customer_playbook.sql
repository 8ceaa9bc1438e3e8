with described as (

    select
        tiers.as_of_date,
        tiers.source_code,
        tiers.customer_key,
        tiers.service_tier,
        lifecycle.lifecycle_stage,
        rfm.rfm_segment,
        abc.abc_profit
    from {{ ref('customer_service_tier') }} as tiers
    {% for alias, model in {'lifecycle': 'customer_lifecycle', 'rfm': 'customer_rfm', 'abc': 'customer_abc'}.items() -%}
    left join {{ ref(model) }} as {{ alias }}
        on
            tiers.as_of_date = {{ alias }}.as_of_date
            and tiers.source_code = {{ alias }}.source_code
            and tiers.customer_key = {{ alias }}.customer_key
    {% endfor %}
),

matched as (

    select
        described.as_of_date,
        described.source_code,
        described.customer_key,
        playbook.business_function,
        playbook.action,
        row_number() over (
            partition by
                described.as_of_date, described.source_code, described.customer_key, playbook.business_function
            order by playbook.rule_number
        ) as place
    from described
    inner join {{ ref('stg_policy__playbook') }} as playbook
        on
            (playbook.rfm_segment is null or described.rfm_segment = playbook.rfm_segment)
            and (playbook.lifecycle_stage is null or described.lifecycle_stage = playbook.lifecycle_stage)
            and (playbook.service_tier is null or described.service_tier = playbook.service_tier)
            and (playbook.abc_profit is null or described.abc_profit = playbook.abc_profit)
            and {{ valid_on('playbook', 'described.as_of_date') }}

),

final as (

    select
        as_of_date,
        source_code,
        customer_key,
        max(case when business_function = 'marketing' then action end) as marketing_action,
        max(case when business_function = 'sales' then action end) as sales_action,
        max(case when business_function = 'service' then action end) as service_action,
        max(case when business_function = 'logistics' then action end) as logistics_action,
        max(case when business_function = 'inventory' then action end) as inventory_action
    from matched
    where place = 1
    group by as_of_date, source_code, customer_key

)

select * from final
