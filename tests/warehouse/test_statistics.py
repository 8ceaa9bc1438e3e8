"""Distributions written in SQL, against those of scipy."""

from pathlib import Path

import duckdb
import jinja2
import pytest
from scipy.stats import chi2


def test_the_tail_of_chi_square_is_that_of_scipy(project_root: Path) -> None:
    """A p-value that nobody can reproduce with a statistics package convinces nobody."""
    text = (project_root / "dbt_project" / "macros" / "statistics.sql").read_text(encoding="utf-8")
    tail = jinja2.Environment(autoescape=False).from_string(text).module.chi_square_upper_tail("value", "degrees")  # type: ignore[attr-defined]
    rows = duckdb.sql(f"""
        select value, degrees, {tail}
        from (select unnest([0.0, 0.001, 0.5, 1, 3.84, 9.49, 20, 80, 1e4, 1e8]) as value), range(61) as all_degrees (degrees)
    """).fetchall()
    assert len(rows) == 610
    for value, degrees, chance in rows:
        assert chance == pytest.approx(chi2.sf(value, degrees) if degrees else 1, abs=2e-7), (value, degrees)
