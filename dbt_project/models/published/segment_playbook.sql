with playbook as (

    select * from {{ ref('customer_playbook') }}

),

final as (

    select
        playbook.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        tiers.service_tier,
        playbook.marketing_action,
        playbook.sales_action,
        playbook.service_action,
        playbook.logistics_action,
        playbook.inventory_action
    from playbook
    inner join {{ ref('int_customers') }} as identities
        on playbook.source_code = identities.source_code and playbook.customer_key = identities.customer_key
    inner join {{ ref('customer_service_tier') }} as tiers
        on
            playbook.as_of_date = tiers.as_of_date
            and playbook.source_code = tiers.source_code
            and playbook.customer_key = tiers.customer_key

)

select * from final
