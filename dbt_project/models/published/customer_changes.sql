with published as (

    select * from {{ ref('stg_control__published_customers') }}
    where
        dimension in (
            {% for dimension in tracked_dimensions() -%}
            '{{ dimension }}'{{ ',' if not loop.last }}
            {% endfor %}
        )

),

-- of a dimension that was not published before nothing can be said to have changed
publication_before as (

    select
        dimension,
        max(as_of_date) as as_of_date,
        max(policy_version) as policy_version
    from published
    group by dimension

),

newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

customers as (
    {% for dimension in tracked_dimensions() %}
    select
        customer_id,
        '{{ dimension }}' as dimension,
        {{ dimension }} as segment
    from {{ ref('customer_segments') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

compared as (

    select
        coalesce(customers.customer_id, published.customer_id) as customer_id,
        coalesce(customers.dimension, published.dimension) as dimension,
        published.segment as from_segment,
        customers.segment as to_segment,
        published.customer_id is null as is_added,
        customers.customer_id is null as is_removed
    from customers
    full outer join published
        on customers.customer_id = published.customer_id and customers.dimension = published.dimension

),

final as (

    select
        newest.as_of_date,
        publication_before.as_of_date as as_of_date_before,
        compared.customer_id,
        compared.dimension,
        compared.from_segment,
        compared.to_segment,
        case
            when compared.is_added then 'new_customer'
            when compared.is_removed then 'customer_gone'
            when publication_before.policy_version <> refresh.policy_version then 'policy'
            when publication_before.as_of_date = newest.as_of_date then 'restated'
            else 'as_of_date'
        end as reason
    from compared
    inner join publication_before on compared.dimension = publication_before.dimension
    cross join newest
    cross join {{ ref('stg_control__refresh') }} as refresh
    where compared.from_segment is distinct from compared.to_segment or compared.is_added or compared.is_removed

)

select * from final
