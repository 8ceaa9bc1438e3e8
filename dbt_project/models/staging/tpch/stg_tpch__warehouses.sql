with supplier as (

    select * from {{ source('tpch', 'supplier') }}

),

nation as (

    select * from {{ source('tpch', 'nation') }}

),

final as (

    select
        supplier.delivery_date,
        -- goods go from the supplier to the customer: its place is the warehouse
        cast(supplier.s_suppkey as string) as warehouse_id,
        nation.n_name as country,
        {{ absent_columns('warehouses', ['warehouse_id', 'country']) }}
    from supplier
    left join nation
        on supplier.delivery_date = nation.delivery_date and supplier.s_nationkey = nation.n_nationkey

)

select * from final
