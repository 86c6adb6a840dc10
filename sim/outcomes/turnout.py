"""Turnout: the share of people who joined each event."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.compiled import inlined
from sim.engine.engine import Engine
from sim.outcomes.ended import Ended
from sim.outcomes.outcome import Outcome


def turnout_table(model: Engine) -> pd.DataFrame:
    """One row an event that has happened: day, side, event and the share of people who joined."""
    rows = [
        {
            "day": event.day,
            "side": event.side,
            "event": event.name,
            "turnout": float(joined) / model.society.anchor.size,
        }
        for event, joined in zip(model.world.calendar.events, model.state.turnout, strict=True)
        if joined >= 0
    ]
    return pd.DataFrame(rows, columns=["day", "side", "event", "turnout"])


@inlined
def _mean_turnout(side: int, day: Ended) -> float:
    joined, events = 0.0, 0
    for event in range(day.turnout.size):
        if day.turnout[event] >= 0 and day.join_side[event] == side:
            joined += np.float64(day.turnout[event])
            events += 1
    return joined / events / day.anchor.size if events > 0 else np.nan


@inlined
def turnout_movement(day: Ended) -> float:
    return _mean_turnout(1, day)


@inlined
def turnout_government(day: Ended) -> float:
    return _mean_turnout(-1, day)


OUTCOMES = (
    Outcome(
        "turnout_movement",
        "share of people",
        "mean over the movement's events so far of (people who joined / N)",
        turnout_movement,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "turnout_government",
        "share of people",
        "the same over the government side's events",
        turnout_government,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
)
