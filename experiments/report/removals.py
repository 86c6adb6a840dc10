"""What was asked for and what was removed, policy by policy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from experiments.report.strings import say
from experiments.report.timeline import called


class Removal(NamedTuple):
    """A policy that removes: accounts in reality, means over seeds, nan where its day was not reached; ``dates`` in words."""

    name: str
    what: str
    platform: str
    dates: str
    asked: float
    removed: float
    missing: float
    innocents: float

    @property
    def reached(self) -> bool:
        """Whether its day is one of those simulated."""
        return not math.isnan(self.removed)


def removals(table: pd.DataFrame) -> dict[str, tuple[Removal, ...]]:
    """Those of each branch, in order, from the table of ``Results.removed``."""
    found: dict[str, list[Removal]] = {}
    for row in table.rename(columns={"branch": "name", "date": "dates"})[list(Removal._fields)].to_dict("records"):
        found.setdefault(row["name"], []).append(Removal(**row))  # type: ignore[arg-type]
    return {branch: tuple(rows) for branch, rows in found.items()}


def alike(by_branch: Mapping[str, tuple[Removal, ...]], kinds: Mapping[str, str]) -> tuple[Removal, ...]:
    """All in one list, in which neighbouring dates of the grid (``kinds`` by branch) share a row where the same happened."""
    named = [
        row._replace(
            name=say(f"removals.of_grid.{kinds[branch]}") if branch in kinds else called(branch),
            what=say(f"removals.kinds.{row.what}"),
        )
        for branch, rows in by_branch.items()
        for row in rows
    ]
    joined = []
    for _, part in itertools.groupby(named, key=lambda row: str(row._replace(dates=""))):
        rows = list(part)
        dates = sorted(row.dates for row in rows)
        first, last = say.short_day(dates[0]), say.short_day(dates[-1])
        joined.append(rows[0]._replace(dates=first if first == last else f"{first} – {last}"))
    return tuple(joined)
