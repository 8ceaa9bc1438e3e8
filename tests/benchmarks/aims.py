"""What was aimed at, whether it is met, and the reason where it is not.

Belongs here: the aims, each as a ratio of figures of the same run, and the reasons, which the profile of a run gave. Not here:
measuring.
"""

from collections.abc import Callable, Mapping
from typing import Any

Figures = Mapping[str, Mapping[str, float]]


def _times_by_hand(figures: Figures, way: str, figure: str = "cpu") -> float:
    """The refresh, net of start-up where seconds are meant, as many times as one of the scripts."""
    whole = figures.get("refresh", figures["all stages"])[figure]
    return (whole - (figures["start-up"][figure] if figure != "memory_mb" else 0)) / figures[way][figure]


AIMS: dict[str, tuple[float, Callable[[Figures], float]]] = {
    "processor seconds of a refresh, net of start-up, times (b)": (1.5, lambda figures: _times_by_hand(figures, "duckdb")),
    "its memory, times (b)": (1.5, lambda figures: _times_by_hand(figures, "duckdb", "memory_mb")),
    "its memory within the limit, times (b)": (
        1.5,
        lambda figures: figures["within limit"]["memory_mb"] / figures["duckdb"]["memory_mb"],
    ),
    "its seconds by the clock, times pandas": (1.0, lambda figures: _times_by_hand(figures, "pandas", "wall")),
    "its seconds by the clock, times polars": (1.0, lambda figures: _times_by_hand(figures, "polars", "wall")),
    "models that make the same tables, times (b)": (
        1.5,
        lambda figures: figures["same tables"]["cpu"] / figures["duckdb"]["cpu"],
    ),
    "their seconds by the clock, times pandas": (
        1.0,
        lambda figures: figures["same tables"]["wall"] / figures["pandas"]["wall"],
    ),
    "their seconds by the clock, times polars": (
        1.0,
        lambda figures: figures["same tables"]["wall"] / figures["polars"]["wall"],
    ),
    "one more day, share of a full refresh": (
        0.25,
        lambda figures: figures["one more day: all stages"]["cpu"] / figures["all stages"]["cpu"],
    ),
    "its fact and customer days, share of those of a full refresh, by the clock": (
        0.1,
        lambda figures: figures["one more day: fact and customer days"]["wall"] / figures["fact and customer days"]["wall"],
    ),
    "one more day on 8 years of history, times one on 1 year": (
        1.5,
        lambda figures: figures["8 years: one more day"]["cpu"] / figures["1 year: one more day"]["cpu"],
    ),
    "models of 24 month ends, times one date": (
        16,
        lambda figures: figures["backfill: many dates"]["cpu"] / figures["backfill: one date"]["cpu"],
    ),
    "their memory, times one date": (
        2,
        lambda figures: figures["backfill: many dates"]["memory_mb"] / figures["backfill: one date"]["memory_mb"],
    ),
}

REASONS = """- **A refresh** builds some 245 models for every as-of date of the history, where a script fills two tables.
  Most of it is more work: costs, service, behaviour, lifecycle, history. To come near the aim most of these
  models would have to be left out, or be kept from day to day by touched customers and not be computed for
  every date.
- **The same tables** cost more than a script's because lines may be corrected, sent again or returned in any order, products
  and rates have versions, every line keeps its outcome, and the fact is written before the customers are added up.
- **Memory** is what DuckDB is given: four fifths of the machine, unless `SEGMENTATION_MEMORY_LIMIT` says less; then it
  spills to disk, and four models side by side share it. Aggregates over customers, as-of dates and brands are the largest, and
  not all that they hold can be spilled: `SEGMENTATION_AS_OF_BATCH` lets a first refresh compute fewer dates at once.
- **One more day** computes one date and one step of the history. Computed anew from everything are periods and events of the
  history, and returns, shipments, goods by day and events of costs: about half of the day's models at scale factor 1.
  Computed by touched key, as customer days and the reviews of variation are, they would fall to what the day brought; so would
  the checks over whole tables, and a publication that takes over tables that did not change."""


def aims_section(kept: Mapping[str, Any]) -> str:
    """Each aim against what was measured at each size."""
    rows = []
    for aim, (limit, measured) in AIMS.items():
        found = [_cell(one["figures"], limit, measured) for one in kept.values()]
        rows.append(f"| {aim} | {limit:g} | {' | '.join(found)} |")
    head = f"| at most | aim | {' | '.join(f'SF {scale}' for scale in kept)} |\n| --- | ---: |{' ---: |' * len(kept)}"
    return "\n\n".join(
        [
            "## Aims",
            "What misses its aim is bold.",
            "\n".join([head, *rows]),
            "Why an aim is missed, and what it would take:",
            REASONS,
        ]
    )


def _cell(figures: Figures, limit: float, measured: Callable[[Figures], float]) -> str:
    try:
        ratio = measured(figures)
    except KeyError:
        return "not measured"
    return f"{ratio:.2f}" if ratio <= limit else f"**{ratio:.2f}**"
