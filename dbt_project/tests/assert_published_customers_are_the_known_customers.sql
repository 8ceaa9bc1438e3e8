-- A returned row is a customer whom an order or return on or before the as-of date names, or whom the source knew by then, and
-- who is not published, or the reverse.
with known as (

    select distinct
        lines.source_code,
        lines.customer_key
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('publication') }} as publication on lines.order_date <= publication.as_of_date
    where lines.customer_key is not null and lines.line_outcome <> 'superseded'
    union
    select
        returns.source_code,
        returns.customer_key
    from {{ ref('fct_returns') }} as returns
    inner join {{ ref('publication') }} as publication on returns.return_date <= publication.as_of_date
    where returns.return_outcome = 'return'
    union
    select
        attributes.source_code,
        attributes.customer_key
    from {{ ref('int_customer_attributes_as_of') }} as attributes
    inner join {{ ref('publication') }} as publication on attributes.as_of_date = publication.as_of_date
    where
        attributes.created_date <= attributes.as_of_date
        or (attributes.created_date is null and not attributes.is_later_snapshot)

),

known_by_identifier as (

    select coalesce(identities.source || ':' || identities.source_customer_id, 'key ' || known.customer_key) as customer_id
    from known
    left join {{ ref('int_customers') }} as identities
        on known.source_code = identities.source_code and known.customer_key = identities.customer_key

)

select
    known_by_identifier.customer_id as known_customer_id,
    published.customer_id as published_customer_id
from known_by_identifier
full outer join {{ ref('customer_segments') }} as published on known_by_identifier.customer_id = published.customer_id
where known_by_identifier.customer_id is null or published.customer_id is null
