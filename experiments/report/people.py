"""Effects in people: who saw the campaign, who stands on the other side because of it, who joined marches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from experiments.report.shifts import Shift
from experiments.report.strings import say
from experiments.studies.results import Results
from sim.study.intervals import Method, paired_interval
from sim.world import World

MOVEMENT = 1  # the side of its events
LENGTH = 2.0  # of the scale of opinion, from −1 to 1


class Count(NamedTuple):
    """A number of people (or of marches joined) in reality: mean over seeds and 95 % interval (nan: one seed gives none)."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float], method: Method) -> Count:
        """That of values by seed."""
        return cls(*paired_interval(values, method=method)[:3])

    @property
    def told(self) -> str:
        """``1,200``, to the digits that the interval deserves."""
        return _rounded(self.mean, self._place)

    @property
    def range(self) -> str:
        """``1,000 to 1,400``."""
        if math.isnan(self.low):
            return say("people.no_range")
        return f"{_rounded(self.low, self._place)} {say('people.to')} {_rounded(self.high, self._place)}"

    @property
    def detected(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0.0 or self.high < 0.0

    @property
    def exactly_none(self) -> bool:
        """Whether it is 0 with every seed."""
        return self.mean == self.low == self.high == 0.0

    def at_least_none(self) -> Count:
        """Of what cannot be fewer than none, where Student's interval knows no such bound."""
        return self if math.isnan(self.low) else self._replace(low=max(0.0, self.low))

    def negative(self) -> Count:
        """The same of what is the opposite."""
        return Count(-self.mean, -self.high, -self.low)

    @property
    def _place(self) -> float:
        half = (self.high - self.low) / 2.0
        return 10.0 ** max(0, math.floor(math.log10(half)) - 1) if half > 0.0 else 1.0


class InPeople(NamedTuple):
    """What a branch came to, in people, against the reference.

    ``kept`` from seeing the campaign. ``moved``: as how many people from one end of opinion to the other, the shift averted,
    traced to trolls' words and by all that the branch changed; it is also how many were kept from crossing a border, on average
    over all places where it could lie. ``crossed``: how many were kept from crossing the border there is, between the two sides,
    net of those kept from crossing the other way; traced and all. ``marches``: how many times more somebody joined an event of
    the movement, all its events together (None: there were none).
    """

    kept: Count
    moved: tuple[Count, Count]
    crossed: tuple[Count, Count]
    marches: Count | None


class OfCampaign(NamedTuple):
    """In the reference: of how many people, how many ``saw`` the campaign and ``crossed`` because of it (traced, net), and how
    often the movement's ``events`` were joined (``marches``)."""

    reachable: int
    saw: Count
    crossed: Count
    marches: Count | None
    events: int


def reachable(world: World) -> int:
    """How many people the world stands for."""
    return world.people_reachable or world.people


def in_people(results: Results, branch: str, traced: Shift, everything: Shift) -> InPeople:
    """What a branch came to that averted these shifts in mean opinion."""
    people, reference = reachable(results.world), results.plan.reference
    runs = results.runs.set_index(["branch", "seed"])
    own, other = runs.loc[branch], runs.loc[reference]
    joined = _marches(results)
    marches = None if joined is None else _count(joined.loc[branch] - joined.loc[reference], people, results.method)
    return InPeople(
        kept=_count(other["reach"] - own["reach"], people, results.method),
        moved=(_moved(traced, people), _moved(everything, people)),
        crossed=(
            _count(_crossed(other) - _crossed(own), people, results.method),
            _count(own["supporters"] - other["supporters"], people, results.method),
        ),
        marches=marches,
    )


def of_campaign(results: Results) -> OfCampaign:
    """What the campaign came to in the reference."""
    people, runs = reachable(results.world), results.runs
    other, joined = runs[runs["branch"] == results.plan.reference], _marches(results)
    return OfCampaign(
        reachable=people,
        saw=_count(other["reach"], people, results.method).at_least_none(),
        crossed=_count(_crossed(other), people, results.method),
        marches=None
        if joined is None
        else _count(joined.loc[results.plan.reference], people, results.method).at_least_none(),
        events=0 if joined is None else len(_movement(results)[["day", "event"]].drop_duplicates()),
    )


def _crossed(runs: Any) -> Any:
    return runs["turned_away"] - runs["turned_towards"]


def _movement(results: Results) -> pd.DataFrame:
    table = results.turnout
    return table[table["side"] == MOVEMENT]


def _marches(results: Results) -> pd.Series | None:
    """Marches joined by branch and seed, over people; None where there were none."""
    table = _movement(results)
    return None if table.empty else table.groupby(["branch", "seed"])["turnout"].sum()


def _moved(shift: Shift, people: int) -> Count:
    return Count(*(people * value / LENGTH for value in (shift.difference, shift.low, shift.high)))


def _count(shares: pd.Series, people: int, method: Method) -> Count:
    return Count.of(people * shares, method)


def _rounded(value: float, place: float) -> str:
    shown = f"{round(value / place) * place:,.0f}"
    return "0" if shown == "-0" else shown.replace("-", "−")
