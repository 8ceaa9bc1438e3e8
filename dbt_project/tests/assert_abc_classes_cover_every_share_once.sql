-- A returned row is a class of a version that does not begin where the one before it ends, or a version that does not begin
-- at 0 or end at 1: customers in the gap would have no class, those in an overlap two.
with classes as (

    select
        valid_from,
        abc_class,
        cast(share_from as decimal(5, 4)) as share_from,
        cast(share_below as decimal(5, 4)) as share_below
    from {{ ref('stg_policy__abc_classes') }}

),

neighbours as (

    select
        *,
        lag(share_below, 1, 0) over (partition by valid_from order by share_from, abc_class) as share_before,
        lead(share_from, 1, 1) over (partition by valid_from order by share_from, abc_class) as share_after
    from classes

)

select *
from neighbours
where share_from <> share_before or share_below <> share_after or share_from >= share_below
