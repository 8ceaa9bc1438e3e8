{#- Of the newest date only, where somebody acts by it. -#}
with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

described as (

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
    {% endfor -%}
    where tiers.as_of_date in (select as_of_date from newest)

),

-- the rules ask for nothing but these, so they are looked up once per combination and not once per customer
combinations as (

    select distinct
        as_of_date,
        service_tier,
        lifecycle_stage,
        rfm_segment,
        abc_profit
    from described

),

matched as (

    select
        combinations.*,
        playbook.business_function,
        playbook.action,
        row_number() over (
            partition by
                combinations.as_of_date,
                combinations.service_tier,
                combinations.lifecycle_stage,
                combinations.rfm_segment,
                combinations.abc_profit,
                playbook.business_function
            order by playbook.rule_number
        ) as place
    from combinations
    inner join {{ ref('stg_policy__playbook') }} as playbook
        on
            (playbook.rfm_segment is null or combinations.rfm_segment = playbook.rfm_segment)
            and (playbook.lifecycle_stage is null or combinations.lifecycle_stage = playbook.lifecycle_stage)
            and (playbook.service_tier is null or combinations.service_tier = playbook.service_tier)
            and (playbook.abc_profit is null or combinations.abc_profit = playbook.abc_profit)
            and {{ valid_on('playbook', 'combinations.as_of_date') }}

),

actions as (

    select
        as_of_date,
        service_tier,
        lifecycle_stage,
        rfm_segment,
        abc_profit,
        max(case when business_function = 'marketing' then action end) as marketing_action,
        max(case when business_function = 'sales' then action end) as sales_action,
        max(case when business_function = 'service' then action end) as service_action,
        max(case when business_function = 'logistics' then action end) as logistics_action,
        max(case when business_function = 'inventory' then action end) as inventory_action
    from matched
    where place = 1
    group by as_of_date, service_tier, lifecycle_stage, rfm_segment, abc_profit

),

final as (

    select
        described.as_of_date,
        described.source_code,
        described.customer_key,
        actions.marketing_action,
        actions.sales_action,
        actions.service_action,
        actions.logistics_action,
        actions.inventory_action
    from described
    inner join actions
        on
            described.as_of_date = actions.as_of_date
            and described.service_tier is not distinct from actions.service_tier
            and described.lifecycle_stage is not distinct from actions.lifecycle_stage
            and described.rfm_segment is not distinct from actions.rfm_segment
            and described.abc_profit is not distinct from actions.abc_profit

)

select * from final
