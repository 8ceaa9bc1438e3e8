{{ config(materialized='view') }}

-- depends_on: {{ ref('int_account_periods') }}

with customers as (

    {{ union_sources('customers') }}

),

{% if account_level() == 'ultimate_parent' -%}
-- who ever stood at the top has facts of that time, and stays an account
tops as (

    select
        customers.source_code,
        customers.source_customer_id,
        min(customers.delivery_date) as first_delivery_date
    from customers
    left join {{ ref('int_account_periods') }} as periods
        on
            customers.source_code = periods.source_code
            and customers.source_customer_id = periods.source_customer_id
            and {{ valid_on('periods', 'customers.delivery_date') }}
    where periods.source_customer_id is null
    group by customers.source_code, customers.source_customer_id

),

{% endif -%}
-- at the level of the ultimate parent who has always stood below another one is no customer of their own
accounts as (

    select customers.*
    from customers
    {%- if account_level() == 'ultimate_parent' %}
    inner join tops
        on
            customers.source_code = tops.source_code
            and customers.source_customer_id = tops.source_customer_id
            and customers.delivery_date >= tops.first_delivery_date
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
