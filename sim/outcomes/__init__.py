"""Outcomes: what is measured at the end of every simulated day, each with its unit and formula (docs/outcomes.md)."""

from sim.engine.stage import Stage
from sim.outcomes import innocents, opinion, reach, standing, turnout
from sim.outcomes.outcome import Outcome
from sim.outcomes.turnout import turnout_table

OUTCOMES: tuple[Outcome, ...] = (
    opinion.OUTCOMES + reach.OUTCOMES + turnout.OUTCOMES + standing.OUTCOMES + innocents.OUTCOMES
)


def measure(stage: Stage) -> dict[str, float]:
    """All outcomes at the end of the day that has just ended, by name."""
    return {"day": float(stage.day)} | {outcome.name: outcome.value(stage) for outcome in OUTCOMES}


__all__ = ["OUTCOMES", "Outcome", "measure", "turnout_table"]
