-- A returned row is a scored customer without a segment, or a segment of a customer who is not scored.
with scored as (

    select * from {{ ref('int_customers_as_of') }}
    where is_scored

)

select
    coalesce(scored.as_of_date, rfm.as_of_date) as as_of_date,
    coalesce(scored.source_code, rfm.source_code) as source_code,
    coalesce(scored.customer_key, rfm.customer_key) as customer_key,
    rfm.rfm_segment
from scored
full outer join {{ ref('customer_rfm') }} as rfm
    on
        scored.as_of_date = rfm.as_of_date
        and scored.source_code = rfm.source_code
        and scored.customer_key = rfm.customer_key
where scored.customer_key is null or rfm.rfm_segment is null
