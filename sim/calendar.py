"""The calendar: days, the rhythm of a day, and the events that raise activity and call people to the streets."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, Plausible, Settings, checked, quantity, shown


@dataclass(frozen=True)
class Event(Settings):
    """A day in the streets: a march or rally of one side."""

    day: str = quantity(unit="ISO date", source="event table of the case", doc="Date of the event.")
    side: int = quantity(
        unit="+1 movement, -1 government", low=-1, high=1, source="event table of the case", doc="Whose event it is."
    )
    name: str = quantity("", unit="text", source="event table of the case", doc="What happened.")
    hour: int = quantity(
        15, unit="hour of the day", low=0, high=23, source="assumption: most marches set off in the afternoon",
        doc="Hour at which people decide whether to join.",
    )  # fmt: skip
    violence: float = quantity(
        0.0, unit="0 peaceful, 1 violent", low=0, high=1, source="given by the user; 0 also where nothing is known",
        doc="How violent the day was, as those online heard of it; moves the movement's legitimacy (legitimacy.violent).",
    )  # fmt: skip

    def check(self) -> None:
        try:
            datetime.date.fromisoformat(self.day)
        except ValueError:
            raise InputError(f"must be an ISO date, not {shown(self.day)}", field="day") from None
        if self.side == 0:
            raise InputError("must be 1 (movement) or -1 (government), not 0", field="side")


@dataclass(frozen=True)
class Calendar(Settings):
    """Events, the daily rhythm of ordinary accounts, and what an event does to activity and opinion."""

    events: tuple[Event, ...] = quantity(
        (), unit="events", source="event table of the case", doc="Days in the streets."
    )
    clock: tuple[float, ...] = quantity(
        (1.0,), unit="share of a day's sessions in each tick of the day", low=0, high=1, source="assumption",
        doc="Daily rhythm of citizens and organisers, in local time; sums to 1.",
    )  # fmt: skip
    event_activity: float = quantity(
        1.5, unit="factor", low=0, high=20, source="assumption: attention rises on protest days",
        doc="Sessions of citizens on a day with an event, relative to other days.",
        plausible=Plausible(1.0, 3.0, "from no more than on other days to three times as much"),
    )  # fmt: skip
    event_pull: float = quantity(
        0.002, unit="share of the distance per session", low=0, high=1,
        source="assumption: news of an event moves those who are online that day a little towards its side",
        doc="Pull of an event of one side on the opinion of everyone online that day.",
        plausible=Plausible(0.0005, 0.008, "factor of four either way: nobody has measured it", log=True),
    )  # fmt: skip

    def check(self) -> None:
        if abs(sum(self.clock) - 1.0) > 1e-6:
            raise InputError(f"must sum to 1, not {sum(self.clock):.6g}", field="clock")


def day_number(day: float | str, first_day: str, days: int, field: str = "day") -> float:
    """Days since day 0 for a number or an ISO date; must lie in [0, days).

    Raises InputError naming ``field`` when the day is neither or lies outside the calendar.
    """
    last = datetime.date.fromisoformat(first_day) + datetime.timedelta(days=days - 1)
    allowed = f"a day from 0 to {days - 1} or a date from {first_day} to {last.isoformat()}"
    try:
        given = checked(day, float | str, field, unit="ISO date")
        number = given if isinstance(given, float) else _days_since(given, first_day)
    except ValueError:  # an InputError is one
        raise InputError(f"must be {allowed}, not {shown(day)}", field=field) from None
    if not 0 <= number < days:
        raise InputError(
            f"must be {allowed}, not {given if isinstance(given, str) else format(given, 'g')}", field=field
        )
    return number


def _days_since(date: str, first_day: str) -> float:
    return float((datetime.date.fromisoformat(date) - datetime.date.fromisoformat(first_day)).days)


def event_days(calendar: Calendar, first_day: str, days: int) -> NDArray[np.int64]:
    """Day number of each event that falls inside the calendar; -1 for one outside."""
    start = datetime.date.fromisoformat(first_day)
    numbers = [(datetime.date.fromisoformat(event.day) - start).days for event in calendar.events]
    return np.array([n if 0 <= n < days else -1 for n in numbers], dtype=np.int64)


def in_days(days: float) -> str:
    """A length of time: ``1 day``, ``0.5 days``, ``7 days``."""
    return f"{days:g} day{'s' if days != 1 else ''}"
