with resellers as (

    select * from {{ source('adventure_works', 'resellers') }}

),

customers as (

    select * from {{ source('adventure_works', 'customers') }}

),

prospects as (

    select * from {{ source('adventure_works', 'prospects') }}

),

geographies as (

    select * from {{ source('adventure_works', 'geographies') }}

),

-- a prospect's place has no key; the code of a state is unique over all countries
states as (

    select
        delivery_date,
        StateProvinceCode as state_code,
        min(CountryRegionCode) as country,
        min(StateProvinceName) as region
    from geographies
    group by delivery_date, StateProvinceCode

),

organisations as (

    select
        resellers.delivery_date,
        resellers.ResellerAlternateKey as source_customer_id,
        'organisation' as customer_type,
        resellers.BusinessType as industry,
        resellers.NumberEmployees as employee_count,
        cast(null as integer) as birth_year,
        cast(null as string) as income_band,
        cast(null as string) as education,
        cast(null as string) as occupation,
        cast(null as string) as household_band,
        cast(null as string) as commute_band,
        geographies.CountryRegionCode as country,
        geographies.StateProvinceName as region,
        geographies.City,
        geographies.PostalCode as postal_code
    from resellers
    left join geographies
        on resellers.delivery_date = geographies.delivery_date and resellers.GeographyKey = geographies.GeographyKey

),

persons as (

    select
        customers.delivery_date,
        customers.CustomerAlternateKey as source_customer_id,
        customers.BirthDate as birth_date,
        customers.YearlyIncome as yearly_income,
        customers.EnglishEducation as education,
        customers.EnglishOccupation as occupation,
        customers.MaritalStatus as marital_status,
        customers.NumberChildrenAtHome as children_at_home,
        customers.CommuteDistance as commute_band,
        geographies.CountryRegionCode as country,
        geographies.StateProvinceName as region,
        geographies.City,
        geographies.PostalCode as postal_code
    from customers
    left join geographies
        on customers.delivery_date = geographies.delivery_date and customers.GeographyKey = geographies.GeographyKey
    union all
    select
        prospects.delivery_date,
        'prospect ' || prospects.ProspectiveBuyerKey as source_customer_id,
        prospects.BirthDate as birth_date,
        prospects.YearlyIncome as yearly_income,
        -- ten letters were left of each
        case prospects.Education
            when 'Graduate D' then 'Graduate Degree'
            when 'High Schoo' then 'High School'
            when 'Partial Co' then 'Partial College'
            when 'Partial Hi' then 'Partial High School'
            else prospects.Education
        end as education,
        prospects.Occupation,
        prospects.MaritalStatus as marital_status,
        prospects.NumberChildrenAtHome as children_at_home,
        cast(null as string) as commute_band,
        states.country,
        coalesce(states.region, prospects.StateProvinceCode) as region,
        prospects.City,
        prospects.PostalCode as postal_code
    from prospects
    left join states
        on prospects.delivery_date = states.delivery_date and prospects.StateProvinceCode = states.state_code

),

persons_described as (

    select
        delivery_date,
        source_customer_id,
        'person' as customer_type,
        cast(null as string) as industry,
        cast(null as integer) as employee_count,
        cast(extract(year from birth_date) as integer) as birth_year,
        -- the source states incomes in whole ten thousands: each is a band
        cast(cast(yearly_income as integer) as string) as income_band,
        education,
        occupation,
        case marital_status when 'M' then 'married' when 'S' then 'single' end
        || case when children_at_home > 0 then ', children at home' when children_at_home = 0 then ', no children at home' end
            as household_band,
        commute_band,
        country,
        region,
        city,
        postal_code
    from persons

),

customers_described as (

    select * from organisations
    union all
    select * from persons_described

),

final as (

    select
        *,
        {{ absent_columns('customers', [
            'source_customer_id', 'customer_type', 'industry', 'employee_count', 'birth_year', 'income_band', 'education', 'occupation',
            'household_band', 'commute_band', 'country', 'region', 'city', 'postal_code'
        ]) }}
    from customers_described

)

select * from final
