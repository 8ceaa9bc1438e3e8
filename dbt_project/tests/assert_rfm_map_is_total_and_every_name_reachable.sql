-- A returned row is a cell of the RFM grid that a version of the segment map names not at all or more than once, a cell
-- that no score reaches, or one whose two names and first-order limit do not belong together.
with versions as (

    select distinct valid_from from {{ ref('stg_policy__rfm_segment_map') }}

),

grid as (

    select
        versions.valid_from,
        r_scores.score as r_score,
        fm_scores.score as fm_score
    from versions
    cross join (values (1), (2), (3), (4), (5)) as r_scores (score)
    cross join (values (1), (2), (3), (4), (5)) as fm_scores (score)

),

cells as (

    select
        valid_from,
        r_score,
        fm_score,
        count(*) as names,
        count(case
            when segment is null or (first_order_within_days is null) <> (otherwise_segment is null) then 1
            when first_order_within_days < 0 or otherwise_segment = segment then 1
        end) as faulty_names
    from {{ ref('stg_policy__rfm_segment_map') }}
    group by valid_from, r_score, fm_score

)

select
    coalesce(grid.valid_from, cells.valid_from) as valid_from,
    coalesce(grid.r_score, cells.r_score) as r_score,
    coalesce(grid.fm_score, cells.fm_score) as fm_score,
    cells.names,
    cells.faulty_names
from grid
full outer join cells
    on grid.valid_from = cells.valid_from and grid.r_score = cells.r_score and grid.fm_score = cells.fm_score
where grid.r_score is null or coalesce(cells.names, 0) <> 1 or cells.faulty_names > 0
