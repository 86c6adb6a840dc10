"""Private opinion, its spread and polarisation, whose words moved it, and the climate that is expressed."""

from __future__ import annotations

import numpy as np

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.opinion.provenance import FULL, WITHOUT_TROLLS
from sim.outcomes.outcome import Outcome, counts_today, in_reality, ratio

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


def supporters(model: Engine) -> float:
    """Share of people on the movement's side, by private opinion."""
    return float((model.state.opinion[:, FULL] > 0.0).mean())


def turned_away(model: Engine) -> float:
    """Share of people on the movement's side but for trolls' words."""
    x = model.state.opinion
    return float(((x[:, FULL] <= 0.0) & (x[:, WITHOUT_TROLLS] > 0.0)).mean())


def turned_towards(model: Engine) -> float:
    """Share of people on the movement's side because of trolls' words."""
    x = model.state.opinion
    return float(((x[:, FULL] > 0.0) & (x[:, WITHOUT_TROLLS] <= 0.0)).mean())


def expressed_climate(model: Engine) -> float:
    """Mean stance of the day's posts on the topic."""
    today = counts_today(model)
    return ratio(in_reality(model, today, Count.STANCE) / _CODES, in_reality(model, today, Count.ON_TOPIC_POSTS))


def induced(model: Engine) -> float:
    """Mean troll part less its direct and relayed channels."""
    channel = model.state.channel
    return _mean_gap(model, 0, 1) - float(channel[:, 0].mean() + channel[:, 1].mean())


OUTCOMES = (
    Outcome(
        "opinion_mean",
        "opinion, -1 to 1",
        "mean(x)",
        lambda s: float(s.state.opinion[:, 0].mean()),
        low=-1.0,
        high=1.0,
    ),
    Outcome(
        "opinion_sd",
        "opinion",
        "sqrt(mean((x − mean(x))²))",
        lambda s: float(np.std(s.state.opinion[:, 0])),
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "polarisation",
        "0 to 1",
        "(1 − abs(n₊ − n₋) / N) · (m₊ − m₋) / 2, with n₊, m₊ the number and mean opinion of people with x > 0, n₋,"
        " m₋ of those with x < 0; 0 if either camp is empty (Morales et al. 2015, doi 10.1063/1.4913758)",
        polarisation,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "supporters",
        "share of people",
        "number of people with x > 0 / N",
        supporters,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "turned_away",
        "share of people",
        "number of people with x ≤ 0 < x_T / N: on the movement's side but for trolls' words",
        turned_away,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "turned_towards",
        "share of people",
        "number of people with x_T ≤ 0 < x / N: on the movement's side because of trolls' words; the share with x_T > 0 is"
        " supporters + turned_away − turned_towards",
        turned_towards,
        low=0.0,
        high=1.0,
    ),
    Outcome(
        "expressed_climate",
        "opinion, -1 to 1",
        "sum of the stances of today's posts on the topic / number of those posts, by anybody",
        expressed_climate,
        low=-1.0,
        high=1.0,
        may_be_nan=True,
    ),
    Outcome(
        "troll_part",
        "opinion",
        "mean(x − x_T)",
        lambda s: _mean_gap(s, 0, 1),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_direct",
        "opinion",
        "mean of the direct channel: pulls of trolls' messages that were carried by a troll the reader follows "
        "(or, in the topic stream, last carried by a troll), less what later sessions washed out",
        lambda s: float(s.state.channel[:, 0].mean()),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_relayed",
        "opinion",
        "mean of the relayed channel: the same for trolls' messages that only others carried",
        lambda s: float(s.state.channel[:, 1].mean()),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_induced",
        "opinion",
        "troll_part − troll_part_direct − troll_part_relayed: said afterwards by people whom trolls had moved",
        induced,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "organiser_part",
        "opinion",
        "mean(x_T − x_TO)",
        lambda s: _mean_gap(s, 1, 2),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "event_part",
        "opinion",
        "mean(x_TO − x_TOE)",
        lambda s: _mean_gap(s, 2, 3),
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "own_part",
        "opinion, -1 to 1",
        "mean(x_TOE)",
        lambda s: float(s.state.opinion[:, 3].mean()),
        low=-1.0,
        high=1.0,
    ),
)
