with customer as (

    select * from {{ source('tpch', 'customer') }}

),

nation as (

    select * from {{ source('tpch', 'nation') }}

),

region as (

    select * from {{ source('tpch', 'region') }}

),

final as (

    select
        customer.delivery_date,
        cast(customer.c_custkey as string) as source_customer_id,
        'organisation' as customer_type,
        customer.c_mktsegment as industry,
        nation.n_name as country,
        region.r_name as region,
        {{ absent_columns('customers', ['source_customer_id', 'customer_type', 'industry', 'country', 'region']) }}
    from customer
    left join nation
        on customer.delivery_date = nation.delivery_date and customer.c_nationkey = nation.n_nationkey
    left join region
        on nation.delivery_date = region.delivery_date and nation.n_regionkey = region.r_regionkey

)

select * from final
