with steps as (

    select * from {{ ref('customer_price_waterfall') }}

),

final as (

    select
        steps.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        steps.step,
        steps.step_number,
        steps.is_subtotal,
        steps.amount
    from steps
    inner join {{ ref('int_customers') }} as identities
        on steps.source_code = identities.source_code and steps.customer_key = identities.customer_key

)

select * from final
