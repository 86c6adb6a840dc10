"""What people think of the movement and of the platform, and how much of what they read dehumanises the movement's people."""

from __future__ import annotations

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.outcomes.outcome import Outcome, counts_today, ratio, roles


def dehumanising_share(model: Engine) -> float:
    """Impressions of dehumanising messages over all impressions, on the topic, today."""
    today = counts_today(model)
    return ratio(float(today[Count.DEHUMANISING]), float(roles(today, Count.IMPRESSIONS).sum()))


OUTCOMES = (
    Outcome(
        "legitimacy",
        "0 to 1",
        "mean(L), L how legitimate a person finds the movement (`docs/model.md`, step 8)",
        lambda s: float(s.state.legitimacy.mean()),
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "trust",
        "0 to 1",
        "mean(T), T a person's trust in the platform (there, too)",
        lambda s: float(s.state.trust.mean()),
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
