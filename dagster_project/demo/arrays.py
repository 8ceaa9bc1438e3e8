"""What the rooms of the generator hand to each other: columns, not rows. And the one seed that everything is drawn from.

Belongs here: names of array types, random streams, small array functions. Not here: anything about the company.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    # for readers: how exact a number is, numpy decides at every step
    Ints = NDArray[Any]
    Floats = NDArray[Any]
    Bools = NDArray[Any]
    Texts = NDArray[Any]

SEED = 20260930


def stream(subject: str) -> "Generator":
    """The random numbers of one subject: what is drawn for it changes no other subject."""
    import numpy as np

    return np.random.default_rng([SEED, *subject.encode()])


def pick(rng: "Generator", weights: Any, size: int) -> "Ints":
    """Draw places by weight."""
    import numpy as np

    cumulated = np.cumsum(np.asarray(weights, dtype=float))
    result: Ints = np.searchsorted(cumulated, rng.random(size) * cumulated[-1], side="right")
    return result


def pick_by_row(rng: "Generator", weights: "Floats") -> "Ints":
    """Draw one place for each row, by the row's own weights."""
    cumulated = weights.cumsum(axis=1)
    result: Ints = (cumulated < rng.random((len(weights), 1)) * cumulated[:, -1:]).sum(axis=1)
    return result


def counted_up(groups: "Ints") -> "Ints":
    """1, 2, 3 within each group; rows of a group stand together."""
    import numpy as np

    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]]) if len(groups) else np.array([], dtype=int)
    lengths = np.diff(np.r_[starts, len(groups)])
    result: Ints = np.arange(len(groups)) - np.repeat(starts, lengths) + 1
    return result


def texts(values: Any) -> "Texts":
    """Any values as an array of objects that are written as they are."""
    import numpy as np

    result = np.empty(len(values), dtype=object)
    result[:] = list(values)
    return result


def ids(prefix: str, numbers: "Ints", width: int = 0) -> "Texts":
    """Numbers as ids with a prefix."""
    return texts([f"{prefix}{number:0{width}d}" for number in numbers.tolist()])


def money(pence: "Ints") -> "Texts":
    """Whole pence as pounds with two decimals."""
    return texts([f"{value / 100:.2f}" for value in pence.tolist()])


def decimals(values: "Floats", places: int) -> "Texts":
    """Numbers with so many decimals."""
    return texts([f"{value:.{places}f}" for value in values.tolist()])


def flags(values: "Bools") -> "Texts":
    """Yes and no as the order system writes them."""
    import numpy as np

    return np.where(values, "true", "false").astype(object)


def blank(values: "Texts", where: "Bools") -> "Texts":
    """The values, with nothing where the condition holds."""
    import numpy as np

    return np.where(where, "", values)
