"""Outcomes: what is measured at the end of every simulated day, each with its unit and formula (docs/outcomes.md)."""

from collections.abc import Sequence

from sim.engine.engine import Engine
from sim.outcomes.day import Day
from sim.outcomes.measuring import OUTCOMES, measured
from sim.outcomes.outcome import Outcome
from sim.outcomes.own import OwnOutcome, checked_outcomes
from sim.outcomes.turnout import turnout_table

NAMES = frozenset(outcome.name for outcome in OUTCOMES)


def measure(model: Engine, own: Sequence[OwnOutcome] = ()) -> dict[str, float]:
    """All outcomes at the end of the day that has just ended, by name; the user's ``own`` come last."""
    row = {"day": float(model.day)} | measured(model)
    if own:
        day = Day(model, row)
        row |= {outcome.column: outcome.measured(day) for outcome in own}
    return row


def own_outcomes(outcomes: OwnOutcome | Sequence[OwnOutcome]) -> tuple[OwnOutcome, ...]:
    """Outcomes of the user's own, checked. Raises InputError."""
    return checked_outcomes(outcomes, NAMES)


__all__ = ["OUTCOMES", "Day", "Outcome", "OwnOutcome", "measure", "own_outcomes", "turnout_table"]
