-- A returned row is a source that delivered rows and has none in the fact, or a refresh with deliveries that has not exactly
-- one as-of date to publish.
select feeds.source || ' delivered, and no order line arrived' as finding
from (select distinct source_code, source from {{ ref('int_deliveries') }} where rows_accepted > 0) as feeds
where feeds.source_code not in (select source_code from {{ ref('fct_order_lines') }})

union all

select 'there are deliveries, and not exactly one as-of date to publish' as finding
where
    exists (select 1 from {{ ref('int_deliveries') }})
    and (select count(*) from {{ ref('publication') }}) <> 1
