"""What a person reads after a refresh.

Belongs here: a short text from the published file and the run's outcome. Not here: computing anything. Totals only: no
customer is named.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.commands.refresh import RefreshOutcome
from dagster_project.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BAR = 24


def summarize(settings: Settings, outcome: RefreshOutcome) -> str:
    """The closing text of a refresh."""
    file = settings.published / "customer_segments.duckdb"
    lines = [*_failures(outcome, file)] if not outcome.success else []
    if file.exists():
        lines += [*_published(file)]
    if outcome.failed_checks:
        lines += ["", "Checks that somebody should look at:", *(f"  {check}" for check in outcome.failed_checks)]
    lines += ["", *_stages(outcome), "", f"Published file  {file}" if file.exists() else "Nothing is published yet."]
    return "\n".join(lines)


def _failures(outcome: RefreshOutcome, file: Path) -> Iterator[str]:
    yield "The refresh FAILED."
    for step, problem in outcome.problems.items():
        yield f"  {step}: {problem}"
    if file.exists():
        yield "What follows was published before and is unchanged."


def _published(file: Path) -> Iterator[str]:
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute("select as_of_date, base_currency, policy_version from publication").fetchone()
        assert row is not None
        as_of_date, currency, policy_version = row
        customers, scored, revenue, contribution = _row(
            connection,
            "select count(*), count(*) filter (is_scored), sum(net_revenue),"
            # the contribution of all is unknown where that of one is: never zero
            " case when count(net_contribution) = count(*) then sum(net_contribution) end from customer_segments",
        )
        left = "unknown" if contribution is None else f"{currency} {contribution:,.0f}"
        yield ""
        yield f"As of {as_of_date:%A, %d %B %Y}   policy {policy_version}"
        yield f"  {customers:,} customers, {scored:,} of them scored"
        yield f"  {currency} {revenue:,.0f} net revenue in the window, {left} net contribution"
        for dimension, title in (
            ("rfm_segment", "RFM segment"),
            ("abc_revenue", "ABC by revenue"),
            ("abc_profit", "ABC by profit"),
        ):
            yield from _dimension(connection, dimension, title, currency)
        yield from _reconciliation(connection, currency)


def _row(connection: "DuckDBPyConnection", query: str) -> tuple[int, int, float, float | None]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


def _dimension(connection: "DuckDBPyConnection", dimension: str, title: str, currency: str) -> Iterator[str]:
    order = "net_revenue desc" if dimension == "rfm_segment" else "segment"
    rows = connection.execute(
        "select segment, customers, net_revenue, net_contribution, net_revenue_share from segment_summary"
        f" where dimension = ? order by {order}, segment",
        [dimension],
    ).fetchall()
    yield ""
    yield f"{title:<18}{'customers':>10}{f'revenue {currency}':>16}{'contribution':>14}{'share':>8}"
    for segment, customers, revenue, contribution, share in rows:
        share = round(share or 0, 3) + 0.0  # no minus before a nought
        bar = "█" * round(_BAR * max(share, 0))
        contribution_text = "unknown" if contribution is None else f"{contribution:,.0f}"
        yield f"  {segment:<16}{customers:>10,}{revenue:>16,.0f}{contribution_text:>14}{share:>8.1%}  {bar}".rstrip()


def _reconciliation(connection: "DuckDBPyConnection", currency: str) -> Iterator[str]:
    rows = connection.execute(
        "select source, lines_read, lines_quarantined, lines_excluded, lines_unidentified, amount_unidentified,"
        " lines_difference, amount_difference from sales_reconciliation order by source"
    ).fetchall()
    yield ""
    for source, read, quarantined, excluded, unidentified, amount, lines_off, amount_off in rows:
        ties = (
            "every line and amount accounted for"
            if not lines_off and not amount_off
            else f"DIFFERENCE {lines_off} / {amount_off}"
        )
        yield f"{source}: {read:,} lines read, {ties}"
        where = " (lake/quarantine says where and why)" if quarantined else ""
        yield f"  {quarantined:,} quarantined{where}, {excluded:,} excluded with a reason"
        yield f"  {unidentified:,} lines worth {currency} {amount:,.0f} were sold to customers who are not identified"


def _stages(outcome: RefreshOutcome) -> Iterator[str]:
    first, last = outcome.days.first, outcome.days.last
    yield f"Delivery days {first} to {last}" if first != last else f"Delivery day {first}"
    for stage, seconds in outcome.seconds.items():
        yield f"  {stage.replace('__', '.'):<44}{seconds:>8.2f} s"
