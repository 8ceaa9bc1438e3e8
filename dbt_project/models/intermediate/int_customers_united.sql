{{ config(materialized='view') }}

-- depends_on: {{ ref('int_account_periods') }}

with customers as (

    {{ union_sources('customers') }}

),

-- at the level of the ultimate parent who stands below another one is no customer of their own
accounts as (

    select customers.*
    from customers
    {%- if account_level() == 'ultimate_parent' %}
    left join {{ ref('int_account_periods') }} as periods
        on
            customers.source_code = periods.source_code
            and customers.source_customer_id = periods.source_customer_id
            and {{ valid_on('periods', 'customers.delivery_date') }}
    where periods.source_customer_id is null
    {%- endif %}

),

final as (

    select
        source_code,
        delivery_date,
        {{ integer_key('source_customer_id') }} as customer_key,
        source_customer_id,
        customer_type,
        {{ integer_key('parent_customer_id') }} as parent_customer_key,
        parent_customer_id,
        industry,
        size_band,
        employee_count,
        ownership,
        birth_year,
        income_band,
        education,
        occupation,
        household_band,
        commute_band,
        country,
        region,
        city,
        postal_code,
        latitude,
        longitude,
        created_date,
        contract_until,
        account_manager
    from accounts

)

select * from final
