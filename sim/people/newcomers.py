"""Newcomers: citizens who register during the calendar, and to a platform look like accounts made for the purpose."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import Plausible, Settings, quantity


@dataclass(frozen=True)
class Newcomers(Settings):
    """How many people register when, and how much they look like sleepers.

    Until then they are on the streets but not on the platform. From then on their follows are there, in both directions.
    """

    share: float = quantity(
        0.0,
        unit="share of people",
        low=0,
        high=1,
        source="given by the user",
        doc="People who register during the calendar.",
    )
    registered_from: float | str = quantity(
        0.0, unit="day number or ISO date", source="given by the user", doc="First day on which they register."
    )
    registered_until: float | str | None = quantity(
        None, unit="day number or ISO date", source="given by the user",
        doc="Day by which they have registered, evenly over time (none: the end of the calendar).",
    )  # fmt: skip
    bare: float = quantity(
        0.8, unit="share of newcomers", low=0, high=1, source="assumption: a new account has few followers",
        doc="Share of the newcomers whose profile is bare.",
        plausible=Plausible(0.5, 1.0, "from half to all: nobody has compared newcomers with bought accounts"),
    )  # fmt: skip
