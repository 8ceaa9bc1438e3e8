with snapshots as (

    select * from {{ ref('int_customer_snapshots') }}

),

customers as (

    select * from {{ ref('int_customers_united') }}
    -- literals, so that only the snapshots asked for are read
    where delivery_date in ({{ delivery_date_literals(ref('int_customer_snapshots')) }})

),

final as (

    select
        snapshots.as_of_date,
        customers.source_code,
        customers.customer_key,
        customers.customer_type,
        customers.parent_customer_key,
        customers.industry,
        customers.size_band,
        customers.employee_count,
        customers.ownership,
        customers.birth_year,
        customers.income_band,
        customers.education,
        customers.occupation,
        customers.household_band,
        customers.commute_band,
        customers.country,
        customers.region,
        customers.city,
        customers.postal_code,
        customers.latitude,
        customers.longitude,
        customers.created_date,
        customers.contract_until,
        customers.account_manager,
        customers.delivery_date as snapshot_date,
        customers.delivery_date > snapshots.as_of_date as is_later_snapshot
    from customers
    inner join snapshots
        on customers.source_code = snapshots.source_code and customers.delivery_date = snapshots.delivery_date

)

select * from final
