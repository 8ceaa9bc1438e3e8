"""When a refresh may build upon the one before: the fingerprint that the plan compares."""

from pathlib import Path

import pytest

from dagster_project.settings import Settings
from dagster_project.transformation.control import refresh_fingerprint


def test_another_currency_zone_level_of_accounts_set_of_sources_or_channel_of_returns_makes_the_next_refresh_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amounts in the old currency, or returns that net twice, would stand beside new ones without a trace."""
    settings = Settings(sources=("standard",), data_dir=tmp_path, _env_file=None)
    others = (
        *({"base_currency": "EUR"}, {"business_timezone": "Asia/Tokyo"}, {"sources": ("standard", "online_retail")}),
        {"account_level": "ultimate_parent"},
    )
    fingerprints = [
        refresh_fingerprint(settings),
        *(refresh_fingerprint(settings.model_copy(update=other)) for other in others),
    ]
    (tmp_path / "standard.yaml").write_text("return_channel: returns_feed\n", encoding="utf-8")
    monkeypatch.setenv("SEGMENTATION_FEEDS_DIR", str(tmp_path))
    fingerprints.append(refresh_fingerprint(settings))
    assert len(set(fingerprints)) == len(fingerprints)
