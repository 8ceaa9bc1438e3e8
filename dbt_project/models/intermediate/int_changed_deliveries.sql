{%- set absorbed = table_before('intermediate', 'int_absorbed_deliveries') -%}

-- depends_on: {{ ref('int_refresh_plan') }}
with deliveries as (

    select source_code, feed, delivery_date, load_id from {{ ref('int_deliveries') }}

),

absorbed as (

    {% if absorbed is none or refresh_is_full() -%}
    select * from deliveries where false
    {%- else -%}
    select source_code, feed, delivery_date, load_id from {{ absorbed }}
    {%- endif %}

),

final as (

    select distinct
        coalesce(deliveries.source_code, absorbed.source_code) as source_code,
        coalesce(deliveries.delivery_date, absorbed.delivery_date) as delivery_date
    from deliveries
    full outer join absorbed
        on
            deliveries.source_code = absorbed.source_code
            and deliveries.feed = absorbed.feed
            and deliveries.delivery_date = absorbed.delivery_date
            and deliveries.load_id = absorbed.load_id
    -- new, replaced (both loads show up, each without the other) or withdrawn
    where deliveries.load_id is null or absorbed.load_id is null

)

select * from final
