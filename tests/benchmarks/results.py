"""What was measured, kept as JSON, and as the tables that a reader sees.

Belongs here: docs/speed.json and docs/speed.md, which is made of it (python tests/benchmarks/results.py). Not here: measuring,
and what the sizes grow to (growth.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aims import aims_section
from growth import growth_section
from measure import Comparison, machine

DOCS = Path(__file__).resolve().parents[2] / "docs"
STAGES = ("start-up", "ingestion", "models", "checks", "publication", "all stages")
NAMES = {
    "refresh": "**refresh**, the whole command with Dagster",
    "all stages": "the same stages without Dagster",
    "within limit": "the same within SEGMENTATION_MEMORY_LIMIT={memory_limit}",
    "same tables": "of these, the models that make what (b) makes",
    "query": "(a) DuckDB: RFM and ABC of one day in one query",
    "duckdb": "(b) DuckDB: fact and customer table",
    "pandas": "(c) pandas: the same tables",
    "polars": "(d) polars: the same tables",
    "spark": "(e) Spark on this machine: all models, the whole command",
}

# what is said of two figures, and their names here and for the reader
GROWING = (
    (
        "**Years of history.** One more day, all stages, on the last year of this book and on eight such years:",
        ("1 year: one more day", "one year"),
        ("8 years: one more day", "eight years"),
    ),
    (
        "**Past dates.** Models of a refresh that computes one as-of date, and of a backfill of 24 month ends, in batches:",
        ("backfill: one date", "one date"),
        ("backfill: many dates", "24 month ends"),
    ),
)


def save(
    book: Any, found: Mapping[str, Mapping[str, float]], dates: int, memory_limit: str, settings: Mapping[str, str]
) -> None:
    """Put the figures of one size into docs/speed.json and write docs/speed.md anew.

    memory_limit: of the row that lives within one. settings: those under which all of it ran, beside the shipped ones.
    """
    kept = _kept()
    kept["sizes"][f"{book.scale:g}"] = {
        "measured_on": _today(),
        "machine": machine(),
        "as_of_dates": dates,
        "memory_limit": memory_limit,
        "settings": dict(settings),
        **book.counts(),
        "figures": found,
    }
    kept["sizes"] = {scale: kept["sizes"][scale] for scale in sorted(kept["sizes"], key=float)}
    _keep(kept)


def save_deliveries(found: Mapping[str, Mapping[str, float]]) -> None:
    """The same for what many and large deliveries take."""
    _keep(_kept() | {"deliveries": dict(found)})


def save_comparisons(found: Sequence[Comparison]) -> None:
    """The same for parts of a refresh, each by its name."""
    kept = _kept()
    parts = kept.get("comparisons", {}) | {one.name: asdict(one) | {"measured_on": _today()} for one in found}
    _keep(kept | {"comparisons": parts})


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _kept() -> dict[str, Any]:
    path = DOCS / "speed.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"sizes": {}}
    return found


def _keep(kept: Mapping[str, Any]) -> None:
    (DOCS / "speed.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    write_page()


def write_page() -> None:
    """docs/speed.md from docs/speed.json."""
    kept = _kept()
    parts = [
        "# Speed and growth",
        "Written by `make bench`; do not edit. Seconds are of processors (`cpu`) and of the clock (`wall`), medians of "
        "as many interleaved rounds as `runs` says; `memory` is the largest resident size, `disk` what lies on it afterwards.",
        *(_size(scale, one) for scale, one in kept["sizes"].items()),
        aims_section(kept["sizes"]),
        growth_section(kept["sizes"]),
    ]
    if "comparisons" in kept:
        rows = [_part(name, one) for name, one in kept["comparisons"].items()]
        parts += [
            "## Parts against what cannot be avoided",
            "Online Retail's 305 deliveries where an order book is needed; medians of interleaved runs, seconds. What misses "
            "its aim is bold.",
            _table(["product / base", "wall", "base", "ratio", "aim", "cpu", "base", "ratio", "runs"], rows),
        ]
    if "deliveries" in kept:
        rows = [[name, f"{one['cpu']:.1f}", f"{one['wall']:.1f}"] for name, one in kept["deliveries"].items()]
        parts += [
            "## Many deliveries, and one huge one",
            _table(["", "cpu", "wall"], rows),
            "Reading one delivery in a model opens the footers of all: columns are matched by name, as an older delivery lacks "
            "what its feed has gained since.",
        ]
    (DOCS / "speed.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _size(scale: str, one: Mapping[str, Any]) -> str:
    figures = one["figures"]
    base = figures["duckdb"]
    whole = figures.get("refresh", figures["all stages"])
    net = whole["cpu"] - figures["start-up"]["cpu"]
    within = [f"{name}={value}" for name, value in one.get("settings", {}).items()]
    told = f" All of it with {' and '.join(within)}." if within else ""
    lines = [
        f"## TPC-H at scale factor {scale}: {one['lines']:,} order lines",
        f"{one['orders']:,} orders, {one['customers']:,} customers, {one['as_of_dates']} as-of dates. {one['machine']}, "
        f"{one['measured_on']}.{told}",
        _table(
            ["", "cpu", "wall", "memory MB", "disk MB", "cpu / (b)", "runs"],
            [_row(NAMES[k].format(**one), figures[k], base) for k in NAMES if k in figures],
        ),
        f"Net of start-up the refresh takes {net / base['cpu']:.1f} times the processor seconds of (b).",
        _table(
            ["stage", "cpu", "wall", "memory MB", "cpu, one more day", "share of full"],
            [_stage(stage, figures[stage], figures[f"one more day: {stage}"]) for stage in STAGES],
        ),
    ]
    if "same tables" in figures:
        same = figures["same tables"]["cpu"]
        lines.append(
            f"{whole['cpu'] / same:.1f} times is more work: the models that make the fact table and, for the same as-of dates, "
            f"the customers' RFM and ABC are {same:.1f} s of it; the others make everything else that is published. "
            f"{same / base['cpu']:.1f} times is dearer work: returns, corrections, versions of products, keys, deliveries in "
            "any order, and dbt itself, of all of which the scripts know nothing."
        )
    for title, (less, one_name), (more, many_name) in GROWING:
        if more in figures:
            lines += [title, _times((one_name, figures[less]), (many_name, figures[more]))]
    return "\n\n".join(lines)


def _part(name: str, one: Mapping[str, Any]) -> list[str]:
    ours, base = one["product"], one["base"]
    wall, cpu = ours["wall"] / base["wall"], ours["cpu"] / base["cpu"] if base["cpu"] > 0.1 else None
    told = f"{wall:.2f}" if wall <= one["target"] else f"**{wall:.2f}**"
    seconds = [f"{ours['wall']:.2f}", f"{base['wall']:.2f}", told, f"{one['target']:g}", f"{ours['cpu']:.2f}"]
    return [name, *seconds, f"{base['cpu']:.2f}", f"{cpu:.2f}" if cpu else "", str(one["runs"])]


def _times(less: tuple[str, Mapping[str, float]], more: tuple[str, Mapping[str, float]]) -> str:
    """How many times as much the second takes as the first."""
    rows = [[name, f"{one['cpu']:.1f}", f"{one['wall']:.1f}", f"{one['memory_mb']:,.0f}"] for name, one in (less, more)]
    ratios = [f"{more[1][figure] / less[1][figure]:.2f}" for figure in ("cpu", "wall", "memory_mb")]
    return _table(["", "cpu", "wall", "memory MB"], [*rows, ["times", *ratios]])


def _row(name: str, one: Mapping[str, float], base: Mapping[str, float]) -> list[str]:
    return [
        name,
        f"{one['cpu']:.1f}",
        f"{one['wall']:.1f}",
        f"{one['memory_mb']:,.0f}",
        f"{one['written_mb']:,.0f}",
        f"{one['cpu'] / base['cpu']:.2f}",
        f"{one.get('runs', 1):.0f}",
    ]


def _stage(name: str, full: Mapping[str, float], day: Mapping[str, float]) -> list[str]:
    share = f"{day['cpu'] / full['cpu']:.0%}"
    return [name, f"{full['cpu']:.1f}", f"{full['wall']:.1f}", f"{full['memory_mb']:,.0f}", f"{day['cpu']:.1f}", share]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


if __name__ == "__main__":
    write_page()
