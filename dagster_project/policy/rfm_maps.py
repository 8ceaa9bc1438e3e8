"""Maps from RFM scores to segments: refused while they have a gap or a name that no code reaches.

Belongs here: what one row of a policy table cannot show. Not here: the rows' own contract (contract.yaml), scoring (dbt).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIRST_MATCHES = """
with scores as (select unnest([1, 2, 3, 4, 5]) as score),
codes as (select r.score as r, f.score as f, m.score as m from scores as r, scores as f, scores as m),
maps as (select distinct valid_from, map_name from rfm_range_maps),
matches as (
    select maps.valid_from, maps.map_name, concat(r, f, m) as code, arg_min(ranges.segment, ranges.priority) as segment
    from maps cross join codes
    left join rfm_range_maps as ranges
        on ranges.valid_from = maps.valid_from and ranges.map_name = maps.map_name
        and r between r_from and r_to and f between f_from and f_to and m between m_from and m_to
    group by all
)
"""


def rfm_map_fault(connection: "DuckDBPyConnection") -> str | None:
    """What is wrong with the loaded tables rfm_maps and rfm_range_maps, listing the codes; None when nothing is."""
    in_use = connection.execute(
        "select valid_from, count(case when is_in_use then 1 end) as maps from rfm_maps group by valid_from"
        " having maps <> 1 order by valid_from limit 1"
    ).fetchone()
    if in_use:
        return f"rfm_maps.csv: {in_use[1]} maps are in use from {in_use[0]} on, and it must be one"
    empty = connection.execute(
        "select map_name from rfm_maps where map_kind = 'ranges' and map_name not in (select map_name from rfm_range_maps)"
        " order by map_name limit 1"
    ).fetchone()
    if empty:
        return f"rfm_range_maps.csv has no row of the map {empty[0]}, which rfm_maps.csv knows"
    gap = connection.execute(
        f"{_FIRST_MATCHES} select map_name, string_agg(code, ', ' order by code) from matches"
        " where segment is null and map_name not in (select map_name from rfm_maps where default_segment is not null)"
        " group by valid_from, map_name order by all limit 1"
    ).fetchone()
    if gap:
        return (
            f"rfm_range_maps.csv, map {gap[0]}: no row names the codes {gap[1]}, and rfm_maps.csv gives it no default segment"
        )
    unreachable = connection.execute(
        f"{_FIRST_MATCHES} select ranges.map_name, string_agg(distinct ranges.segment, ', ' order by ranges.segment)"
        " from rfm_range_maps as ranges"
        " where (valid_from, map_name, segment) not in"
        " (select (valid_from, map_name, segment) from matches where segment is not null)"
        " and map_name not in (select map_name from rfm_maps where default_segment is not null)"
        " group by valid_from, ranges.map_name order by all limit 1"
    ).fetchone()
    if unreachable:
        return f"rfm_range_maps.csv, map {unreachable[0]}: rows with a lower number take every code of {unreachable[1]}"
    return None
