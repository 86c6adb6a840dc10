"""What happened day by day in a few branches, and in the streets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.report.strings import say
from experiments.studies.results import Results
from experiments.studies.settings import GRID, PREEMPTIVE, REACTIVE, STRATEGIES


class Label(NamedTuple):
    """What a branch is called; ``own`` says that the user gave it this name, ``short`` is for where there is little room."""

    text: str
    own: bool
    short: str


@dataclass(frozen=True, eq=False)
class Line:
    """A branch day by day: how opinion traced to the campaign, and mean opinion, differ from the reference, (days, seeds)."""

    branch: str
    label: Label
    traced: NDArray[np.float64]
    difference: NDArray[np.float64]


class Event(NamedTuple):
    """A day in the streets: ISO date, and side 1 (protest) or −1 (rally for the government)."""

    date: str
    side: int


def lines(results: Results, best: Sequence[str]) -> tuple[Line, ...]:
    """What ``_branches`` chooses; ``best`` are names of strategies, best first."""
    wide: dict[str, Any] = {
        column: results.timeline.pivot(index="date", columns=["branch", "seed"], values=column)
        for column in ("troll_part", "opinion_mean")
    }
    reference = results.plan.reference
    return tuple(
        Line(
            branch,
            label_of(results, branch),
            (wide["troll_part"][branch] - wide["troll_part"][reference]).to_numpy(),
            (wide["opinion_mean"][branch] - wide["opinion_mean"][reference]).to_numpy(),
        )
        for branch in _branches(results, best)
    )


def _branches(results: Results, best: Sequence[str]) -> list[str]:
    """The named branches, and the earliest removal at the greatest scale of either kind; of strategies the best four."""
    plan, cells = results.plan, results.cells if results.plan.form == GRID else ()
    names = [named.name for named in plan.branches if named.name != plan.reference]
    if plan.form == STRATEGIES:
        names = [named.name for named in plan.branches if named.name in best[:4] or not named.campaign]
    for kind in (REACTIVE, PREEMPTIVE):
        part = [cell for cell in cells if cell.kind == kind]
        if part:
            names.append(min(part, key=lambda cell: (-cell.asked, cell.date)).branch)
    return names


def label_of(results: Results, branch: str) -> Label:
    """What a branch is called in figures."""
    cell = next((cell for cell in results.cells if cell.branch == branch), None)
    if cell is not None:
        kind = "active" if cell.kind == REACTIVE else "unused"
        told = {"n": f"{cell.asked:,}", "count": cell.asked, "date": say.short_day(cell.date)}
        return Label(say(f"labels.of_grid.{kind}", **told), False, say(f"labels.of_grid_in_short.{kind}", **told))
    text = called(branch)
    return Label(text, branch not in say.find("labels.of_branches"), text)


def called(branch: str) -> str:
    """What a named branch is called wherever a reader meets it."""
    return str(say.find("labels.of_branches").get(branch, branch.replace("_", " ")))


def events(results: Results) -> tuple[Event, ...]:
    """Those of the simulated days."""
    first, last = results.world.first_day, results.last_date
    return tuple(Event(e.day, e.side) for e in results.world.calendar.events if first <= e.day <= last)
