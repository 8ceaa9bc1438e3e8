{%- set attributes = ['product_name', 'category', 'brand', 'unit_cost', 'list_price', 'weight_kg', 'volume_l'] -%}

with snapshots as (

    select * from {{ ref('int_products_united') }}

),

compared as (

    select
        *,
        {%- for attribute in attributes %}
        lag({{ attribute }}) over product_deliveries as {{ attribute }}_before,
        {%- endfor %}
        row_number() over product_deliveries as snapshot_number
    from snapshots
    -- total: a delivery holds a product once
    window product_deliveries as (partition by source_code, product_key order by delivery_date)

),

changed as (

    select * from compared
    where
        snapshot_number = 1
        {%- for attribute in attributes %}
        or {{ attribute }} is distinct from {{ attribute }}_before
        {%- endfor %}

),

final as (

    select
        source_code,
        product_key,
        product_id,
        -- what is known first holds for all the days before
        case when snapshot_number = 1 then {{ beginning_of_time() }} else delivery_date end as valid_from,
        lead(delivery_date) over (partition by source_code, product_key order by delivery_date) as valid_to,
        {{ attributes | join(',\n        ') }}
    from changed

)

select * from final
