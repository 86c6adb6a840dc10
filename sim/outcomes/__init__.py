"""Outcomes: what is measured at the end of every simulated day, each with its unit and formula (docs/outcomes.md)."""

from collections.abc import Sequence

from sim.engine.engine import Engine
from sim.outcomes import attitudes, innocents, opinion, reach, turnout
from sim.outcomes.day import Day
from sim.outcomes.outcome import Outcome
from sim.outcomes.own import OwnOutcome, checked_outcomes
from sim.outcomes.turnout import turnout_table

OUTCOMES: tuple[Outcome, ...] = (
    opinion.OUTCOMES + reach.OUTCOMES + turnout.OUTCOMES + attitudes.OUTCOMES + innocents.OUTCOMES
)
NAMES = frozenset(outcome.name for outcome in OUTCOMES)


def measure(model: Engine, own: Sequence[OwnOutcome] = ()) -> dict[str, float]:
    """All outcomes at the end of the day that has just ended, by name; the user's ``own`` come last."""
    row = {"day": float(model.day)} | {outcome.name: outcome.value(model) for outcome in OUTCOMES}
    if own:
        day = Day(model, row)
        row |= {outcome.column: outcome.measured(day) for outcome in own}
    return row


def own_outcomes(outcomes: OwnOutcome | Sequence[OwnOutcome]) -> tuple[OwnOutcome, ...]:
    """Outcomes of the user's own, checked. Raises InputError."""
    return checked_outcomes(outcomes, NAMES)


__all__ = ["OUTCOMES", "Day", "Outcome", "OwnOutcome", "measure", "own_outcomes", "turnout_table"]
