"""A shop for every test of the room."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, shop_source


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "landing", tmp_path / "lake")


@pytest.fixture
def new_shop(tmp_path: Path) -> Callable[..., Shop]:
    """More shops with the same landing folder, or with another contract."""
    shops: list[Shop] = []

    def make(landing: Path | None = None, **feed: Any) -> Shop:
        shops.append(Shop(landing or tmp_path / "landing", tmp_path / f"lake-{len(shops)}", shop_source(**feed)))
        return shops[-1]

    return make
