"""Private opinion, its spread and polarisation, whose words moved it, and the climate that is expressed."""

from __future__ import annotations

import numpy as np

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.outcomes.outcome import Outcome, counts_today, ratio

_CODES = 32767.0


def polarisation(model: Engine) -> float:
    """(1 - |share of supporters - share of opponents|) * distance of the two camps' mean opinions / 2, from 0 to 1.

    Morales, Borondo, Losada and Benito 2015, doi 10.1063/1.4913758.
    """
    x = model.state.opinion[:, 0]
    supporters, opponents = np.count_nonzero(x > 0.0), np.count_nonzero(x < 0.0)
    if supporters == 0 or opponents == 0:
        return 0.0
    imbalance = abs(supporters - opponents) / x.size
    distance = np.maximum(x, 0.0).sum() / supporters - np.minimum(x, 0.0).sum() / opponents
    return float((1.0 - imbalance) * distance / 2.0)


def _mean_gap(model: Engine, upper: int, lower: int) -> float:
    return float((model.state.opinion[:, upper] - model.state.opinion[:, lower]).mean())


def expressed_climate(model: Engine) -> float:
    """Mean stance of the day's posts on the topic."""
    today = counts_today(model)
    return ratio(float(today[Count.STANCE]) / _CODES, float(today[Count.ON_TOPIC_POSTS]))


def induced(model: Engine) -> float:
    """Mean troll part less its direct and relayed channels."""
    channel = model.state.channel
    return _mean_gap(model, 0, 1) - float(channel[:, 0].mean() + channel[:, 1].mean())


OUTCOMES = (
    Outcome(
        "opinion_mean",
        "opinion, -1 to 1",
        "mean private opinion of all people",
        lambda s: float(s.state.opinion[:, 0].mean()),
        low=-1.0,
        high=1.0,
    ),
    Outcome(
        "opinion_sd",
        "opinion",
        "standard deviation of private opinion over people",
        lambda s: float(np.std(s.state.opinion[:, 0])),
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "polarisation",
        "0 to 1",
        "balance of the two camps times half the distance of their mean opinions",
        polarisation,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "expressed_climate",
        "opinion, -1 to 1",
        "mean stance of the day's posts on the topic, by anybody",
        expressed_climate,
        low=-1.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "troll_part",
        "opinion",
        "mean of x - x_T: opinion traced to trolls' words",
        lambda s: _mean_gap(s, 0, 1),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_direct",
        "opinion",
        "of which read from trolls",
        lambda s: float(s.state.channel[:, 0].mean()),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_relayed",
        "opinion",
        "of which relayed by others",
        lambda s: float(s.state.channel[:, 1].mean()),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_induced",
        "opinion",
        "of which said afterwards by people whom trolls had moved",
        induced,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "organiser_part",
        "opinion",
        "mean of x_T - x_TO: opinion traced to organisers",
        lambda s: _mean_gap(s, 1, 2),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "event_part",
        "opinion",
        "mean of x_TO - x_TOE: opinion traced to events",
        lambda s: _mean_gap(s, 2, 3),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "own_part",
        "opinion, -1 to 1",
        "mean of x_TOE: what people would hold without all three",
        lambda s: float(s.state.opinion[:, 3].mean()),
        low=-1.0,
        high=1.0,
    ),
)
