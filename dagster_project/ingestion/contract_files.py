"""Contract files: which YAML makes up the contract of a source, and how one file builds upon another.

Belongs here: the shipped folder, the deployment's own one, `extends`, merging. Not here: what a contract may say
(contracts.py).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from dagster_project.settings import Settings

FEEDS_DIR = Path(__file__).resolve().parent / "feeds"
# What a contract that extends another one says for itself.
_OWN_KEYS = ("name", "code", "description", "extends")


class ContractError(ValueError):
    """A contract that cannot be used; the message names the file, the key and the remedy."""


def contract_folders(feeds_dir: Path = FEEDS_DIR) -> tuple[Path, ...]:
    """Where contracts lie: the shipped folder (or another one in its place) and, if named, the deployment's own."""
    own = Settings().feeds_dir
    if own is not None and not own.is_dir():
        raise ContractError(
            f"SEGMENTATION_FEEDS_DIR names {own.name}, which is no folder. Nothing was loaded. Make it, or unset the variable."
        )
    return (feeds_dir,) if own is None else (feeds_dir, own)


def read_contract(name: str, folders: Sequence[Path]) -> dict[str, Any]:
    """The document of one source: its files in the order of the folders, each laid over the one before.

    A file that says `extends: <source>` begins with that source's feeds. Raises ContractError.
    """
    document: dict[str, Any] = {}
    for path in (folder / f"{name}.yaml" for folder in folders):
        if path.is_file():
            content = _read(path)
            base = content.pop("extends", None)
            if base is not None:
                document = _base(path, name, base, folders)
            document = _lay_over(document, content)
    return document


def _base(path: Path, name: str, base: object, folders: Sequence[Path]) -> dict[str, Any]:
    if base == name or not any((folder / f"{base}.yaml").is_file() for folder in folders):
        raise ContractError(
            f"{path.name}: extends: {base!r} is no other source. Nothing was loaded. Name one that has a contract."
        )
    document = read_contract(str(base), folders)
    return {key: value for key, value in document.items() if key not in _OWN_KEYS}


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContractError(f"{path.name} is not YAML: {error}. Nothing was loaded. Correct that line.") from None
    if not isinstance(document, dict):
        raise ContractError(f"{path.name} holds no contract. Nothing was loaded. See the other files beside it.")
    return document


def _lay_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of `above` win; blocks are merged key by key, lists of named items (feeds, columns) item by item."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merged[key] = _lay_over(known, value)
        elif isinstance(known, list) and isinstance(value, list) and _are_named(known) and _are_named(value):
            merged[key] = _lay_items_over(known, value)
        else:
            merged[key] = value
    return merged


def _lay_items_over(below: Sequence[Mapping[str, Any]], above: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    items = {item["name"]: dict(item) for item in below}
    for item in above:
        items[item["name"]] = _lay_over(items.get(item["name"], {}), item)
    return list(items.values())


def _are_named(items: Sequence[object]) -> bool:
    return all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in items)
