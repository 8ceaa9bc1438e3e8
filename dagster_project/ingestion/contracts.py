"""Contracts: what a source promises to deliver, as read from feeds/<source>.yaml.

Belongs here: the source, loading its contract, the errors that a person who edits the YAML gets. Not here: its feeds (feed.py),
which files make up a contract (contract_files.py), what really lies in the landing folder (landing.py).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from dagster_project.ingestion.columns import Strict
from dagster_project.ingestion.contract_files import FEEDS_DIR, ContractError, contract_folders, read_contract
from dagster_project.ingestion.feed import NAME, Feed


class Source(Strict):
    """A system that delivers."""

    name: str = Field(pattern=NAME)
    code: int = Field(ge=1, le=32767, description="Short code that stands for the source inside the warehouse; never reused.")
    description: str = Field(min_length=1)
    first_delivery_date: date
    return_channel: Literal["credit_orders", "returns_feed"] = Field(
        default="credit_orders", description="The one way in which returns are told: both would net twice."
    )
    feeds: tuple[Feed, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _feeds_have_own_names(self) -> "Source":
        names = [feed.name for feed in self.feeds]
        if len(set(names)) < len(names):
            raise ValueError(f"feeds: two feeds have one name in {', '.join(names)}; rename one")
        return self

    def feed(self, name: str) -> Feed:
        """The feed of that name; ContractError when the source has none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        known = ", ".join(feed.name for feed in self.feeds)
        raise ContractError(f"Source {self.name} has no feed {name!r}. Nothing was loaded. Its feeds are: {known}.")


def known_sources(feeds_dir: Path = FEEDS_DIR) -> tuple[str, ...]:
    """Names of all sources that have a contract, whether they are on or not, in alphabetical order."""
    return tuple(sorted({path.stem for folder in contract_folders(feeds_dir) for path in folder.glob("*.yaml")}))


def load_source(name: str, feeds_dir: Path = FEEDS_DIR) -> Source:
    """The contract of one source, bent by the deployment's own file of that name where there is one.

    Raises ContractError, naming the file, the key and the remedy.
    """
    path = feeds_dir / f"{name}.yaml"
    if name not in known_sources(feeds_dir):
        known = ", ".join(known_sources(feeds_dir)) or "none"
        raise ContractError(f"There is no contract for source {name!r}. Nothing was loaded. Known sources: {known}.")
    document = read_contract(name, contract_folders(feeds_dir))
    try:
        source = Source.model_validate(document)
    except ValidationError as error:
        problems = "\n".join(f"  {problem}" for problem in _problems(document, error))
        raise ContractError(f"{path.name} is not a contract:\n{problems}\nNothing was loaded. Correct these keys.") from None
    if source.name != name:
        raise ContractError(f"{path.name}: name: {source.name!r} is not the file's name. Nothing was loaded. Write `{name}`.")
    return source


def load_sources(names: tuple[str, ...], feeds_dir: Path = FEEDS_DIR) -> tuple[Source, ...]:
    """Several contracts. Raises ContractError when two of them claim one code."""
    sources = tuple(load_source(name, feeds_dir) for name in names)
    owners: dict[int, str] = {}
    for source in sources:
        owner = owners.setdefault(source.code, source.name)
        if owner != source.name:
            raise ContractError(
                f"{source.name}.yaml: code: {source.code} belongs to {owner}.yaml. Nothing was loaded. Take a free one."
            )
    return sources


def _problems(document: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    remedies = {"missing": "is missing; add it", "extra_forbidden": "is not a key of a contract; remove it or correct its name"}
    for problem in error.errors(include_url=False):
        text = remedies.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        shown = "" if problem["type"] == "missing" or isinstance(problem["input"], dict) else f" {problem['input']!r}:"
        yield f"{_key(document, problem['loc'])}:{shown} {text}"


def _key(document: Any, location: tuple[str | int, ...]) -> str:
    """`feeds.orders.columns.ordered_at.type`: list items by their name where they have one."""
    words = []
    for step in location:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            document = None
        has_name = isinstance(step, int) and isinstance(document, dict) and isinstance(document.get("name"), str)
        words.append(str(document["name"]) if has_name else str(step))
    return ".".join(words) or "the whole file"
