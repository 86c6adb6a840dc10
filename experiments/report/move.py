"""What the page has sliders for: every removal of the study's grid, in the words of the tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from experiments.command.words import number
from experiments.report.shifts import Shift
from experiments.report.story import GridCell, Story
from experiments.report.strings import say
from experiments.studies.settings import REACTIVE


def move_data(story: Story) -> dict[str, Any] | None:
    """What the page's script reads, cells by kind, date and scale in the order of the table; None where there is no grid.

    Everything that is read is text made here; numbers are for the axes alone.
    """
    if not story.grid:
        return None
    kinds = [
        _kind([cell for cell in story.grid if cell.kind == kind]) for kind in _in_order(lambda c: c.kind, story.grid)
    ]
    axes = {name: _axis([getattr(cell, name) for cell in story.grid]) for name in ("traced", "counterfactual")}
    both = {"traced": axes["traced"], "all": axes["counterfactual"]}
    return {
        "kinds": kinds,
        "axes": both,
        "zero": {name: round(100 * low / (low - high), 3) for name, (low, high) in both.items()},
    }


def _kind(cells: Sequence[GridCell]) -> dict[str, Any]:
    dates, scales = sorted({cell.date for cell in cells}), sorted({cell.asked for cell in cells})
    by_place = {(cell.date, cell.asked): cell for cell in cells}
    return {
        "name": cells[0].kind,
        "dates": [say.short_day(date) for date in dates],
        "scales": [f"{asked:,}" for asked in scales],
        "cells": [[_cell(by_place[date, asked]) for asked in scales] for date in dates],
    }


def _cell(cell: GridCell) -> dict[str, Any]:
    accounts, removed = say("move.active" if cell.kind == REACTIVE else "move.unused"), cell.removal
    came = (
        say("move.removed", removed=number(removed.removed), asked=number(removed.asked))
        if removed.reached
        else say("move.not_reached")
    )
    return {
        "what": say("move.did", n=f"{cell.asked:,}", accounts=accounts, date=say.short_day(cell.date)),
        "traced": cell.traced.told(),
        "all": cell.counterfactual.told(),
        "removed": came,
        "traced_interval": _interval(cell.traced),
        "all_interval": _interval(cell.counterfactual),
    }


def _interval(shift: Shift) -> list[float | None]:
    return [None if math.isnan(value) else 1000.0 * value for value in (shift.difference, shift.low, shift.high)]


def _axis(shifts: Sequence[Shift]) -> list[float]:
    """From the least to the greatest of all intervals, 0 included, in thousandths."""
    values = [value for shift in shifts for value in _interval(shift) if value is not None]
    low, high = min(0.0, *values), max(0.0, *values)
    margin = 0.05 * (high - low) or 1.0
    return [low - margin, high + margin]


def _in_order(of: Callable[[GridCell], str], cells: Sequence[GridCell]) -> list[str]:
    return list(dict.fromkeys(map(of, cells)))
