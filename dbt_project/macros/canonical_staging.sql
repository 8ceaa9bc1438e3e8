{#- Staging of the canonical contract: names, units and time zone, for every source that delivers it. -#}

{% macro stage_orders(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'orders') }}

),

final as (

    select
        delivery_date,
        order_id,
        {{ known_customer('customer_id') }} as source_customer_id,
        nullif(trim(ship_to_id), '') as ship_to_id,
        {{ business_date('ordered_at') }} as order_date,
        lower(trim(channel)) as channel,
        upper(trim(currency)) as currency,
        case status
            when 'credit_note' then 'credit'
            when 'cancelled' then 'cancelled'
            else 'sale'
        end as order_kind,
        requested_delivery_date,
        promised_delivery_date,
        ship_to_country,
        ship_to_region,
        ship_to_postal_code,
        warehouse_id,
        payment_terms_days,
        nullif(trim(promotion_code), '') as promotion_code,
        coalesce(is_expedited, false) as is_expedited,
        coalesce(is_test, false) as is_test
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_order_lines(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'order_lines') }}

),

final as (

    select
        delivery_date,
        order_id,
        line_number,
        product_id,
        coalesce(line_type, 'product') as line_type,
        quantity,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount,
        unit_cost
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_customers(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'customers') }}

),

final as (

    select
        delivery_date,
        {{ known_customer('customer_id') }} as source_customer_id,
        customer_type,
        nullif(trim(parent_customer_id), '') as parent_customer_id,
        industry,
        size_band,
        cast(null as integer) as employee_count,
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
        {{ business_date('created_at') }} as created_date,
        contract_until,
        account_manager
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_products(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'products') }}

),

final as (

    select
        delivery_date,
        product_id,
        product_name,
        category,
        brand,
        unit_cost,
        list_price,
        weight_kg,
        volume_l
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_shipments(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'shipments') }}

),

final as (

    select
        delivery_date,
        shipment_id,
        order_id,
        carrier,
        lower(trim(transport_mode)) as transport_mode,
        warehouse_id,
        {{ business_date('shipped_at') }} as shipped_date,
        {{ business_date('delivered_at') }} as delivered_date,
        units,
        cartons,
        weight_kg,
        stops,
        freight_cost,
        is_damaged,
        has_document_error
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_returns(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'returns') }}

),

final as (

    select
        delivery_date,
        return_id,
        order_id,
        line_number,
        product_id,
        {{ business_date('returned_at') }} as return_date,
        quantity,
        refund_amount,
        lower(trim(reason)) as reason
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_service_cases(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'service_cases') }}

),

final as (

    select
        delivery_date,
        case_id,
        {{ known_customer('customer_id') }} as source_customer_id,
        {{ business_date('opened_at') }} as opened_date,
        lower(trim(channel)) as channel,
        lower(trim(reason)) as reason,
        handling_minutes,
        order_id
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_sales_visits(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'sales_visits') }}

),

final as (

    select
        delivery_date,
        visit_id,
        {{ known_customer('customer_id') }} as source_customer_id,
        {{ business_date('visited_at') }} as visit_date,
        minutes
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_survey_responses(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'survey_responses') }}

),

final as (

    select
        delivery_date,
        response_id,
        {{ known_customer('customer_id') }} as source_customer_id,
        {{ business_date('answered_at') }} as answer_date,
        lower(trim(question)) as question,
        trim(answer) as answer
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_receivables(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'receivables') }}

),

final as (

    select
        delivery_date,
        {{ known_customer('customer_id') }} as source_customer_id,
        month,
        average_balance
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_inventory(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'inventory') }}

),

final as (

    select
        delivery_date,
        warehouse_id,
        product_id,
        inventory_date,
        {{ known_customer('customer_id') }} as source_customer_id,
        units,
        value as inventory_value
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_warehouses(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'warehouses') }}

),

final as (

    select
        delivery_date,
        warehouse_id,
        country,
        latitude,
        longitude,
        capacity_units
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_cost_ledger(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'cost_ledger') }}

),

final as (

    select
        delivery_date,
        month,
        lower(trim(pool)) as pool,
        cost,
        practical_capacity_minutes
    from delivered

)

select * from final
{%- endmacro %}

{% macro stage_exchange_rates(source_name) -%}
with delivered as (

    select * from {{ source(source_name, 'exchange_rates') }}

),

final as (

    select
        delivery_date,
        upper(trim(currency)) as currency,
        rate_date,
        rate_to_base
    from delivered

)

select * from final
{%- endmacro %}
