"""How things are timed: contenders take turns, so that a machine that slows down slows all of them, and medians are kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """One measurement: what was measured, its median and unit, and its ratio to the first contender of its group."""

    group: str
    what: str
    value: float
    unit: str
    ratio: float | None = None


def timed(task: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Seconds that a task takes by a clock; by default CPU seconds of all threads of this process."""
    began = clock()
    task()
    return clock() - began


def side_by_side(
    group: str, unit: str, contenders: Mapping[str, Callable[[], float]], repeats: int, ratios: bool = True
) -> list[Row]:
    """Measure contenders in turn, ``repeats`` times: medians, and medians of the ratios to the first one, turn by turn."""
    turns = [{name: measure() for name, measure in contenders.items()} for _ in range(repeats)]
    first = next(iter(contenders))
    return [
        Row(
            group,
            name,
            statistics.median(turn[name] for turn in turns),
            unit,
            statistics.median(turn[name] / turn[first] for turn in turns) if ratios else None,
        )
        for name in contenders
    ]
