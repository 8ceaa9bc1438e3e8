with newest as (

    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_newest

),

final as (

    select
        newest.as_of_date,
        identities.source || ':' || identities.source_customer_id as customer_id,
        {%- for dimension in tracked_dimensions() %}
        periods.{{ dimension }},
        {%- endfor %}
        periods.valid_from,
        periods.valid_to
    from {{ ref('customer_segment_periods') }} as periods
    cross join newest
    inner join {{ ref('int_customers') }} as identities
        on periods.source_code = identities.source_code and periods.customer_key = identities.customer_key

)

select * from final
