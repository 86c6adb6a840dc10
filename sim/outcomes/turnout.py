"""Turnout: the share of people who joined each event."""

from __future__ import annotations

import pandas as pd

from sim.engine.engine import Engine
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


def _mean_turnout(model: Engine, side: int) -> float:
    joined = [
        float(count)
        for event, count in zip(model.world.calendar.events, model.state.turnout, strict=True)
        if count >= 0 and event.side == side
    ]
    return sum(joined) / len(joined) / model.society.anchor.size if joined else float("nan")


OUTCOMES = (
    Outcome(
        "turnout_movement",
        "share of people",
        "mean over the movement's events so far of (people who joined / N)",
        lambda s: _mean_turnout(s, 1),
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "turnout_government",
        "share of people",
        "the same over the government side's events",
        lambda s: _mean_turnout(s, -1),
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
)
