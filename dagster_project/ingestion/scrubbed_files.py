"""Writing one delivered file anew without erased customers: CSV, JSON and Parquet.

Belongs here: the formats. Not here: what goes from which column (scrubbing.py), which files (load.py for what arrives, the room
erasure for what is there). All rows that have nothing to do with them stay as they are, byte for byte in CSV and JSON.
"""

import csv
import gzip
import json
import os
import shutil
import sys
import zlib
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import IO, cast

from dagster_project.ingestion.expressions import quote_literal, quote_path
from dagster_project.ingestion.scrubbing import Scrubber, count_rows_of

_SCRUBBED = ".scrubbed"


class ScrubbingError(RuntimeError):
    """A file in which erased customers cannot be looked for, since it cannot be read; it was left as it is."""


def scrub_file(scrubber: Scrubber, path: Path) -> int:
    """Take erased customers out of a delivered file; the rows that changed or went. The file is replaced in one step.

    Raises ScrubbingError when the file cannot be read or written; it is as it was then.
    """
    import duckdb

    if not scrubber.is_needed or path.stat().st_size == 0:
        return 0
    temporary = path.with_name(f".{path.name}{_SCRUBBED}")
    kind = scrubber.feed.format_of(path.name)
    scrub = {"csv": _scrub_csv, "json": _scrub_json, "parquet": _scrub_parquet}[kind]
    scrubber = scrubber.as_delivered
    try:
        before = path.stat()
        rows = scrub(scrubber, path, temporary)
        if not rows:
            return 0
        after = path.stat()
        if (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns):
            raise OSError("it was changed while it was being read; run again when it is complete")
        scrubber.erased.write_down()
        shutil.copymode(path, temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, EOFError, zlib.error, ValueError, csv.Error, duckdb.Error) as error:
        # what the error says may repeat what stands in the file
        reason = str(error) if isinstance(error, OSError) and not isinstance(error, duckdb.Error) else type(error).__name__
        raise ScrubbingError(
            f"{path.name} cannot be searched for customers who were erased: {reason}. It was left as it is. "
            "Have it delivered again, or take it away."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def _open(path: Path, mode: str, encoding: str, named: Path) -> IO[str]:
    """named: whose suffix says whether it is compressed."""
    # bytes that are not text go through as they are: what is wrong with them, the load says
    errors = "surrogateescape" if encoding == "utf-8" else "strict"
    if named.suffix == ".gz":
        return cast(IO[str], gzip.open(path, f"{mode}t", encoding=encoding, errors=errors, newline=""))
    return path.open(mode, encoding=encoding, errors=errors, newline="")


class _Lines:
    """The lines that a CSV reader takes, kept until the record that they make up is settled."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self._taken.append(line)
        return line

    def take(self) -> list[str]:
        taken, self._taken = self._taken, []
        return taken


def _scrub_csv(scrubber: Scrubber, path: Path, temporary: Path) -> int:
    options = scrubber.feed.csv
    csv.field_size_limit(sys.maxsize)
    changed = 0
    with _open(path, "r", options.encoding, path) as stream, _open(temporary, "w", options.encoding, path) as target:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=options.delimiter, quotechar=options.quote)
        header = [name.removeprefix("\ufeff").strip() for name in next(reader, [])]
        # without a required column it is no header of this feed, and may be somebody's row
        is_header = all(column.nullable or column.name in header for column in scrubber.feed.columns)
        for values in chain([header], reader):
            raw = lines.take()
            if values is header and is_header:
                kept = raw
            elif not is_header or len(values) != len(header):
                kept = [line for line in raw if not scrubber.holds_token(line.rstrip("\r\n").split(options.delimiter))]
            else:
                row = dict(zip(header, values, strict=True))
                new = scrubber.replacements(row)
                if new is None:
                    kept = []
                elif new:
                    kept = [_written(scrubber, {**row, **new}.values(), raw[-1])]
                else:
                    kept = raw if len(raw) == 1 else _without_whole_rows(scrubber, header, raw)
            changed += kept != raw
            target.writelines(kept)
    return changed


def _without_whole_rows(scrubber: Scrubber, header: list[str], raw: list[str]) -> list[str]:
    """A quote that is never closed swallows whole rows: each of the lines is looked at by itself."""
    kept = []
    for line in raw:
        values = line.rstrip("\r\n").split(scrubber.feed.csv.delimiter)
        if len(values) != len(header) or scrubber.replacements(dict(zip(header, values, strict=True))) == {}:
            kept.append(line)
    return kept


def _written(scrubber: Scrubber, values: Iterable[str | None], last_line: str) -> str:
    ending = last_line[len(last_line.rstrip("\r\n")) :]
    text = StringIO()
    csv.writer(text, delimiter=scrubber.feed.csv.delimiter, quotechar=scrubber.feed.csv.quote, lineterminator=ending).writerow(
        "" if value is None else value for value in values
    )
    return text.getvalue()


def _scrub_json(scrubber: Scrubber, path: Path, temporary: Path) -> int:
    with _open(path, "r", "utf-8", path) as stream:
        text = stream.read()
    # numbers stay the text that they are: the reader casts text
    decoder = json.JSONDecoder(parse_float=str)
    start = _skip(text, 0, " \t\r\n\ufeff")
    is_array = text.startswith("[", start)
    place = start + 1 if is_array else start
    pieces, changed, copied = [text[:place]], 0, place
    while (place := _skip(text, place, " \t\r\n,")) < len(text) and text[place] != "]":
        row, end = decoder.raw_decode(text, place)
        new = scrubber.replacements(row) if isinstance(row, dict) else {}
        if new != {}:
            changed += 1
            if new is None:
                pieces.append(text[copied:place].rstrip(", \t\r\n") if is_array else text[copied:place])
                end = _skip(text, end, "\r\n") if not is_array else end
            else:
                erased = {name: new.get(name, value) for name, value in row.items()}
                pieces.extend((text[copied:place], json.dumps(erased, ensure_ascii=False)))
            copied = end
        place = end
    pieces.append(text[copied:])
    if changed:
        result = "".join(pieces)
        if is_array:
            # the first of an array may be the one that went
            opening = start + 1
            rest = _skip(result, opening, " \t\r\n,")
            result = result[:opening] + result[rest:] if "," in result[opening:rest] else result
        with _open(temporary, "w", "utf-8", path) as target:
            target.write(result)
    return changed


def _skip(text: str, place: int, characters: str) -> int:
    while place < len(text) and text[place] in characters:
        place += 1
    return place


def _scrub_parquet(scrubber: Scrubber, path: Path, temporary: Path) -> int:
    import duckdb

    relation = f"read_parquet({quote_path(path)})"
    with duckdb.connect() as connection:
        present = [row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()]
        ids = scrubber.ids_in(connection, relation, present)
        if not ids:
            return 0
        scrubber.learn_from(connection, relation, present, ids)
        rows = count_rows_of(connection, scrubber, relation, present, ids)
        select = scrubber.scrubbed_select(relation, present, ids)
        connection.execute(f"copy ({select}) to {quote_literal(str(temporary))} (format parquet)")
    return rows
