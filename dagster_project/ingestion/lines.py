"""Where a row stands in its file: the line on which it begins, as an editor shows it.

DuckDB counts rows: a line break inside quotes puts all that follows off. Belongs here: that correction. Not
here: which rows are rejected (readers.py).
"""

import csv
import gzip
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dagster_project.ingestion.csv_options import CsvOptions
from dagster_project.ingestion.file_names import COMPRESSED

# A field may be as long as the file; the module's own limit of 128 KB is for readers of untrusted size.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class RowLines:
    """Lines on which rows begin. by_number: of rows that the reader rejected. by_place: of those among the others."""

    by_number: dict[int, int]
    by_place: dict[int, int]


def lines_of_rows(path: Path, options: CsvOptions, columns: int, numbers: Collection[int], places: Collection[int]) -> RowLines:
    """The line on which each row begins.

    path: a CSV file in UTF-8. numbers: of rows that the reader rejected, as it counts them: the header is 1, an empty line
    counts. places: of rows among those that it took, which are never empty; the first is 1. One walk through the file.
    """
    rejected, wanted = set(numbers), set(places)
    found = RowLines({}, {})
    opened = gzip.open if path.suffix == COMPRESSED else open
    with opened(path, "rt", encoding="utf-8", errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=options.delimiter, quotechar=options.quote)
        place, line = 0, 1
        for number, fields in enumerate(reader, start=1):
            if number in rejected:
                found.by_number[number] = line
            # with one column, an empty line is a row without a value
            elif number > 1 and (fields or columns == 1):
                place += 1
                if place in wanted:
                    found.by_place[place] = line
            line = reader.line_num + 1
    return found
