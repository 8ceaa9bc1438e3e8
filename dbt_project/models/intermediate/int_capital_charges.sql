{{ config(materialized='view') }}

with receivables as (

    select * from {{ ref('int_receivables') }}

),

inventory as (

    select
        *,
        {{ month_of('inventory_date') }} as month
    from {{ ref('int_inventory') }}

),

-- an average over all counts of the warehouse in the month: goods that left in between weigh less
counts as (

    select
        source_code,
        warehouse_id,
        month,
        count(distinct inventory_date) as count_dates
    from inventory
    group by source_code, warehouse_id, month

),

held as (

    select
        inventory.source_code,
        inventory.customer_key,
        inventory.product_key,
        inventory.warehouse_id,
        inventory.month,
        sum(coalesce(inventory.inventory_value, inventory.units * products.unit_cost)) as value_of_counts
    from inventory
    left join {{ ref('int_product_versions') }} as products
        on
            inventory.source_code = products.source_code
            and inventory.product_key = products.product_key
            and {{ valid_on('products', 'inventory.inventory_date') }}
    where inventory.customer_key is not null
    group by
        inventory.source_code,
        inventory.customer_key,
        inventory.product_key,
        inventory.warehouse_id,
        inventory.month

),

balances as (

    select
        source_code,
        'payment_terms' as activity,
        'capital_rate' as rate_name,
        customer_key as event_key,
        cast(extract(year from month) * 100 + extract(month from month) as bigint) as part_key,
        customer_key,
        cast(null as bigint) as product_key,
        cast(null as string) as warehouse_id,
        month,
        cast(average_balance as decimal(18, 4)) as average_balance
    from receivables
    union all
    select
        held.source_code,
        'inventory_holding' as activity,
        'inventory_carrying_rate' as rate_name,
        held.customer_key as event_key,
        {{ text_hash("cast(held.product_key as string) || '|' || held.warehouse_id || '|' || cast(held.month as string)") }}
            as part_key,
        held.customer_key,
        held.product_key,
        held.warehouse_id,
        held.month,
        {{ decimal_from(quotient('held.value_of_counts', 'counts.count_dates'), 4) }} as average_balance
    from held
    inner join counts
        on
            held.source_code = counts.source_code
            and held.warehouse_id = counts.warehouse_id
            and held.month = counts.month

),

final as (

    select
        balances.source_code,
        balances.activity,
        'capital' as cost_kind,
        balances.event_key,
        balances.part_key,
        cast(null as bigint) as order_key,
        balances.customer_key,
        balances.product_key,
        last_day(balances.month) as cost_date,
        balances.warehouse_id,
        cast(extract(day from last_day(balances.month)) as bigint) as driver_units,
        cast(null as decimal(18, 4)) as minutes,
        {{ decimal_from(quotient(
            factor('balances.average_balance') ~ ' * cast(parameters.value as decimal(9, 4))
            * cast(extract(day from last_day(balances.month)) as decimal(2, 0))', '365'
        ), 8) }} as cost,
        'estimated' as basis
    from balances
    left join {{ ref('stg_policy__parameters') }} as parameters
        on balances.rate_name = parameters.name and {{ valid_on('parameters', 'last_day(balances.month)') }}

)

select * from final
