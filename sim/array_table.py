"""Named tuples of arrays that are declared like settings: one row an array, with its rows, its type, its first value and what it
holds.

The first arrays, the memory that they take and their table in the documents all come from these declarations::

    class State(NamedTuple):
        climate: NDArray[np.float64] = array("people", doc="Perceived climate of opinion.")
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Array:
    """What ``array`` declares. ``shape`` has names of sizes (``people``) and numbers; ``dtype`` is that of the annotation."""

    shape: tuple[str | int, ...]
    doc: str
    first: float | Callable[..., NDArray[Any]]
    dtype: Any
    kept: Callable[[Any], bool] | None
    when: str
    on_demand: bool
    in_digest: bool

    def shape_for(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape where sizes are so."""
        return tuple(sizes[size] if isinstance(size, str) else int(size) for size in self.shape)

    def made(self, sizes: Mapping[str, int], *given: Any) -> NDArray[Any]:
        """The first array; ``given`` is what a function that makes one takes, the world first of all."""
        rows, *columns = self.shape_for(sizes)
        if self.on_demand or not self.is_kept(given[0]):
            return np.zeros((0, *columns), dtype=self.dtype)
        if callable(self.first):
            return self.first(*given)
        if self.first == 0:
            return np.zeros((rows, *columns), dtype=self.dtype)
        return np.full((rows, *columns), self.first, dtype=self.dtype)

    def is_kept(self, world: Any) -> bool:
        """Whether the array has rows in such a world, be it only on demand."""
        return self.kept is None or self.kept(world)


def array(
    *shape: str | int,
    doc: str,
    first: float | Callable[..., NDArray[Any]] = 0,
    dtype: Any = None,
    kept: Callable[[Any], bool] | None = None,
    when: str = "",
    on_demand: bool = False,
    in_digest: bool = True,
) -> Any:
    """Declare an array of a named tuple: its shape in names of sizes and numbers, and what it holds.

    ``first`` is the value that it is filled with at first, or a function whose docstring says what that makes. Without ``kept``
    (of a world) there are no rows; ``when`` says it in words. What is ``on_demand`` has no rows at first either. ``dtype`` is
    needed for entries alone, of which the annotation does not tell the fields.
    """
    return Array(shape, doc, first, dtype, kept, when, on_demand, in_digest)


@cache
def arrays_of(kind: type) -> dict[str, Array]:
    """The arrays that a class of named tuples declares, in the order of its fields."""
    hints = get_type_hints(kind)
    declared = {name: made for name, made in kind._field_defaults.items() if isinstance(made, Array)}  # type: ignore[attr-defined]
    return {
        name: made if made.dtype is not None else replace(made, dtype=get_args(get_args(hints[name])[1])[0])
        for name, made in declared.items()
    }


def nbytes(kind: type, world: Any, sizes: Mapping[str, int]) -> int:
    """Bytes that the arrays of a class take at most in a world, where sizes are so: with all that is kept on demand."""
    return sum(
        math.prod(made.shape_for(sizes)) * np.dtype(made.dtype).itemsize
        for made in arrays_of(kind).values()
        if made.is_kept(world)
    )
