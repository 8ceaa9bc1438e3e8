-- A returned row is an override of a class that has expired by the newest as-of date: it is not used any more.
{{ config(severity='warn') }}

select
    overrides.customer_id,
    overrides.relationship_class,
    overrides.owner_role,
    overrides.expires_on
from {{ ref('stg_policy__relationship_overrides') }} as overrides
inner join {{ ref('int_as_of_dates') }} as as_of_dates
    on as_of_dates.is_newest and {{ valid_on('overrides', 'as_of_dates.as_of_date') }}
-- the model that would use it is built
where
    overrides.expires_on < as_of_dates.as_of_date
    and exists (select 1 from {{ ref('customer_relationship') }})
