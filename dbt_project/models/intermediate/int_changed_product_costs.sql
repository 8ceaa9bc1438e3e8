{#- Read from a copy that only a finished refresh leaves behind: a refresh of single models loses no change. -#}
{%- set absorbed = absorbed_before('int_absorbed_product_costs') -%}

-- depends_on: {{ ref('int_refresh_plan') }}
with costs as (

    select source_code, product_key, valid_from, valid_to, unit_cost
    from {{ ref('int_product_versions') }}

),

absorbed as (

    {% if absorbed is none -%}
    select * from costs where false
    {%- else -%}
    select source_code, product_key, valid_from, valid_to, unit_cost
    from {{ absorbed }}
    {%- endif %}

),

-- the versions of a product cover all time, so two that differ overlap wherever the cost of a day is another
overlapping as (

    select
        costs.source_code,
        costs.product_key,
        greatest(costs.valid_from, absorbed.valid_from) as changed_from,
        least(
            coalesce(costs.valid_to, {{ end_of_time() }}), coalesce(absorbed.valid_to, {{ end_of_time() }})
        ) as changed_to
    from costs
    inner join absorbed
        on
            costs.source_code = absorbed.source_code
            and costs.product_key = absorbed.product_key
            and costs.valid_from < coalesce(absorbed.valid_to, {{ end_of_time() }})
            and absorbed.valid_from < coalesce(costs.valid_to, {{ end_of_time() }})
    where costs.unit_cost is distinct from absorbed.unit_cost

),

-- products that came or went
others as (

    select distinct
        coalesce(costs.source_code, absorbed.source_code) as source_code,
        coalesce(costs.product_key, absorbed.product_key) as product_key
    from costs
    full outer join absorbed
        on costs.source_code = absorbed.source_code and costs.product_key = absorbed.product_key
    where costs.product_key is null or absorbed.product_key is null

),

final as (

    select source_code, product_key, changed_from, changed_to from overlapping
    union all
    select
        source_code,
        product_key,
        {{ beginning_of_time() }} as changed_from,
        {{ end_of_time() }} as changed_to
    from others
    {% if absorbed is none -%}
    where false
    {%- endif %}

)

select * from final
