with accounts as (

    select
        as_of_date,
        source_code,
        customer_key,
        coalesce(parent_customer_key <> customer_key, false) as has_parent
    from {{ ref('int_customer_attributes_as_of') }}

),

final as (

    select
        accounts.as_of_date,
        accounts.source_code,
        accounts.customer_key,
        coalesce(periods.ultimate_parent_key, accounts.customer_key) as ultimate_parent_key,
        coalesce(periods.depth, 0) as depth,
        -- somebody stands above it, and the way up led nowhere
        accounts.has_parent and periods.customer_key is null as has_cycle
    from accounts
    left join {{ ref('int_account_periods') }} as periods
        on
            accounts.source_code = periods.source_code
            and accounts.customer_key = periods.customer_key
            and {{ valid_on('periods', 'accounts.as_of_date') }}

)

select * from final
