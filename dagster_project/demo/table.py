"""A feed of the demo as it is delivered: columns as text, and for each row the day of its delivery.

Belongs here: taking rows, putting rows together, cutting a feed into its deliveries. Not here: what the rows say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_project.demo.arrays import texts

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Ints, Texts


@dataclass(frozen=True)
class Table:
    """columns: what is written, in the order of the file; delivered: place of the delivery's day, by row."""

    columns: "dict[str, Texts]"
    delivered: "Ints"

    def __len__(self) -> int:
        """How many rows."""
        return len(self.delivered)

    def take(self, rows: "Any", delivered: "Ints | None" = None, **changed: "Texts") -> "Table":
        """These rows, on their own days or on others, with whole columns changed."""
        columns = {name: changed.get(name, values[rows]) for name, values in self.columns.items()}
        return Table(columns, self.delivered[rows] if delivered is None else delivered)

    def deliveries(self) -> Iterator[tuple[int, Sequence[tuple[object, ...]]]]:
        """Each delivery's day and rows; rows of a delivery keep their order."""
        import numpy as np

        order = np.argsort(self.delivered, kind="stable")
        rows = list(zip(*(values[order].tolist() for values in self.columns.values()), strict=True))
        days, starts = np.unique(self.delivered[order], return_index=True)
        for day, start, end in zip(days.tolist(), starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
            yield day, rows[start:end]


def together(*tables: Table) -> Table:
    """The rows of all of them, one table after the other."""
    import numpy as np

    columns = {name: np.concatenate([table.columns[name] for table in tables]) for name in tables[0].columns}
    return Table(columns, np.concatenate([table.delivered for table in tables]))


def one_row(like: Table, row: int, day: int, **changed: str) -> Table:
    """A copy of one row for another delivery, with other words in it."""
    import numpy as np

    return like.take([row], np.array([day]), **{name: texts([value]) for name, value in changed.items()})
