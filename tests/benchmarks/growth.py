"""How the cost of a refresh grows, as a model of each stage, fitted to the sizes that were measured.

Belongs here: the fit, its misses at the measured points, the size at which a part of one machine ends. Not here: measuring.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

PARTS = ("ingestion", "models", "checks", "publication")


def fit(rows: Sequence[float], figures: Sequence[float]) -> tuple[float, float]:
    """fixed, per million rows: the line that misses the measured points least, each by its own size; neither is negative."""
    millions, measured = np.array(rows) / 1e6, np.array(figures)
    weights = 1 / np.maximum(measured, 1e-9)
    table = np.column_stack([np.ones_like(millions), millions])
    (fixed, slope), *_ = np.linalg.lstsq(table * weights[:, None], measured * weights, rcond=None)
    if fixed < 0:
        return 0.0, float(np.average(measured / millions))
    if slope < 0:
        return float(measured.mean()), 0.0
    return float(fixed), float(slope)


def growth_section(kept: Mapping[str, Any]) -> str:
    """The model as a table: what is fixed, what a million order lines add, and by how much it misses what was measured."""
    if len(kept) < 2:
        return "## Growth\n\nA model of growth needs at least two measured sizes."
    sizes = list(kept.values())
    rows = [one["lines"] for one in sizes]
    lines = [
        "## Growth",
        "Processor seconds and memory of a full refresh with 13 as-of dates, as a line over the order lines (orders and "
        "customers grow with them: 4 lines an order, 40 a customer), and how far the line misses each measured size.",
        f"| part | fixed | per million lines | {' | '.join(f'SF {scale}' for scale in kept)} |",
        f"|---|---:|---:|{'---:|' * len(kept)}",
    ]
    for kind, unit in (("cpu", "s"), ("memory_mb", "MB")):
        for part in PARTS:
            figures = [one["figures"][part][kind] for one in sizes]
            fixed, slope = _line(sizes, part, kind)
            misses = [f"{(fixed + slope * count / 1e6) / found - 1:+.0%}" for count, found in zip(rows, figures, strict=True)]
            if kind == "memory_mb":
                misses = ["within" if _is_limited(one) else miss for one, miss in zip(sizes, misses, strict=True)]
            lines.append(f"| {part} | {fixed:.1f} {unit} | {slope:.2f} {unit} | {' | '.join(misses)} |")
    told = "" if len(kept) > 2 else " Two sizes determine a line, so that nothing is checked yet."
    if any(map(_is_limited, sizes)):
        told += " A size that had to live within a memory limit tells nothing of what it would have taken."
    return "\n\n".join([lines[0], lines[1] + told, "\n".join(lines[2:]), _ends(sizes, rows)])


def _line(sizes: Sequence[Mapping[str, Any]], part: str, kind: str) -> tuple[float, float]:
    """fixed, per million lines of a part; its memory by the sizes that might take what they wanted."""
    told = [one for one in sizes if kind != "memory_mb" or not _is_limited(one)] or sizes
    return fit([one["lines"] for one in told], [one["figures"][part][kind] for one in told])


def _is_limited(one: Mapping[str, Any]) -> bool:
    return "SEGMENTATION_MEMORY_LIMIT" in one.get("settings", {})


def _ends(sizes: Sequence[Mapping[str, Any]], rows: Sequence[float]) -> str:
    """Where one machine ends: a night's hours, and 8 GB of memory."""
    processors = [sum(one["figures"][part]["cpu"] for part in PARTS) for one in sizes]
    fixed, slope = fit(rows, processors)
    disk_fixed, disk_slope = fit(rows, [one["figures"]["all stages"]["written_mb"] for one in sizes])
    hour = (3600 * 2 - fixed) / slope
    dates = [_seconds_per_date(one) for one in sizes if "two as-of dates: models" in one["figures"]]
    told = [
        f"- **Time**: {fixed:.0f} s and {slope:.0f} s per million order lines. What two processors refresh from nothing in an "
        f"hour ends at about {hour:,.0f} million lines; a day on top costs what the tables above say.",
        f"- **Disk**: {disk_fixed:.0f} MB and {disk_slope:.0f} MB per million lines, beside the deliveries in landing.",
    ]
    if dates:
        told.append(
            f"- **As-of dates**: each review that the history holds is about {np.mean(dates):.1f} s per million lines of the "
            "models and checks above; a day on top computes one date."
        )
    for part in PARTS:
        memory, growth = _line(sizes, part, "memory_mb")
        end = "does not grow" if growth < 1 else f"8 GB are full at about {(8192 - memory) / growth:,.0f} million lines"
        told.append(f"- **Memory of {part}**: {end}, if nothing is spilled to disk.")
    return "\n".join(told)


def _seconds_per_date(one: Mapping[str, Any]) -> float:
    """Processor seconds that one more as-of date adds per million order lines."""
    full, few = (
        sum(one["figures"][f"{prefix}{part}"]["cpu"] for part in ("models", "checks")) for prefix in ("", "two as-of dates: ")
    )
    return (full - few) / (one["as_of_dates"] - 2) / one["lines"] * 1e6
