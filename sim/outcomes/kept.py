"""What is kept of a run beside its outcomes, whatever it is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd
from numpy.typing import NDArray

from sim.engine.engine import Keeper

Rows = dict[str, NDArray[Any]]


class Kept(Keeper, Protocol):
    """What is kept at the end of some days: ``told`` says in a few words what, ``content`` all that decides it, and ``bytes`` how
    large the table of one run is."""

    @property
    def content(self) -> dict[str, Any]: ...

    @property
    def told(self) -> str: ...

    def bytes(self, people: int) -> int: ...

    def table(self, parts: Sequence[Rows]) -> pd.DataFrame: ...


def days_kept(every: int, days: int) -> list[int]:
    """Of so many days those that are kept: day 0, every ``every``-th after it, and the last."""
    return sorted({*range(0, days, every), days - 1})
