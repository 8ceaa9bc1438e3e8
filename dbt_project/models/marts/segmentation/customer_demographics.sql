with customers as (

    select * from {{ ref('int_customers_as_of') }}

),

attributes as (

    select
        *,
        cast(extract(year from as_of_date) as integer) - birth_year as age_years
    from {{ ref('int_customer_attributes_as_of') }}

),

final as (

    select
        customers.as_of_date,
        customers.source_code,
        customers.customer_key,
        attributes.customer_type,
        bands.age_band,
        attributes.income_band,
        attributes.education,
        attributes.occupation,
        attributes.household_band,
        attributes.commute_band,
        attributes.industry,
        coalesce(attributes.size_band, sizes.size_band) as size_band,
        attributes.ownership,
        case attributes.customer_type
            when 'person' then bands.age_band
            when 'organisation' then attributes.industry
        end as demographic_segment
    from customers
    left join attributes
        on
            customers.as_of_date = attributes.as_of_date
            and customers.source_code = attributes.source_code
            and customers.customer_key = attributes.customer_key
    left join {{ ref('stg_policy__age_bands') }} as bands
        on
            attributes.age_years >= bands.age_from
            and (bands.age_below is null or attributes.age_years < bands.age_below)
            and {{ valid_on('bands', 'customers.as_of_date') }}
    left join {{ ref('stg_policy__size_bands') }} as sizes
        on
            attributes.employee_count >= sizes.employees_from
            and (sizes.employees_below is null or attributes.employee_count < sizes.employees_below)
            and {{ valid_on('sizes', 'customers.as_of_date') }}

)

select * from final
