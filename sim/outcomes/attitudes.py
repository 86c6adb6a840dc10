"""What people think of the movement and of the platform, and how much of what they read dehumanises the movement's people."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.engine.state import Count
from sim.outcomes.ended import Ended, by_role, ratio
from sim.outcomes.outcome import Outcome
from sim.sums import sum_of

_IMPRESSIONS, _DEHUMANISING = int(Count.IMPRESSIONS), int(Count.DEHUMANISING)


@inlined
def legitimacy(day: Ended) -> float:
    return sum_of(day.legitimacy.size, day.legitimacy, day.room.sums) / day.legitimacy.size


@inlined
def trust(day: Ended) -> float:
    return sum_of(day.trust.size, day.trust, day.room.sums) / day.trust.size


@inlined
def dehumanising_share(day: Ended) -> float:
    today = day.room.today
    return ratio(np.float64(today[_DEHUMANISING]), np.float64(by_role(_IMPRESSIONS, today)))


OUTCOMES = (
    Outcome(
        "legitimacy",
        "0 to 1",
        "mean(L), L how legitimate a person finds the movement (`docs/model.md`, step 8)",
        legitimacy,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "trust",
        "0 to 1",
        "mean(T), T a person's trust in the platform (there, too)",
        trust,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "dehumanising_share",
        "share of impressions",
        "today[impressions of dehumanising messages] / today[impressions]",
        dehumanising_share,
        low=0.0,
        high=1.0,
        may_be_nan=True,
    ),
)
