"""A tick in English: the steps of the specification."""

from __future__ import annotations

from sim.engine.agents import TICK


def describe_tick() -> str:
    """What happens in a tick, a numbered step a line, in the order in which both engines take them.

    >>> print(describe_tick().splitlines()[1])
    2. march: At the hour of an event every person decides whether to join it or to stay at home.
    """
    return "\n".join(f"{number}. {step.name}: {step.happens}" for number, step in enumerate(TICK, start=1))
