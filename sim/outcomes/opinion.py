"""Private opinion, its spread and polarisation, whose words moved it, and the climate that is expressed."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.engine.state import Count
from sim.opinion.provenance import FULL
from sim.outcomes.ended import GROUPS, Ended, in_reality, mean_of_people, ratio, share_of_people, sum_of_values
from sim.outcomes.outcome import Outcome
from sim.outcomes.people import Number, Sum

_CODES = 32767.0
_STANCE, _ON_TOPIC = int(Count.STANCE), int(Count.ON_TOPIC_POSTS)
_OPINION, _ABOVE, _BELOW, _TROLLS, _DIRECT, _RELAYED, _ORGANISERS, _EVENTS, _OWN = map(int, Sum)
_SUPPORTERS, _OPPONENTS, _TURNED_AWAY, _TURNED_TOWARDS = map(int, Number)


@inlined
def opinion_mean(day: Ended) -> float:
    return mean_of_people(_OPINION, day)


@inlined
def opinion_sd(day: Ended) -> float:
    people, mean = day.opinion.shape[0], opinion_mean(day)
    for person in range(people):
        away = day.opinion[person, FULL] - mean
        day.room.values[person] = away * away
    return np.sqrt(sum_of_values(people, day) / people)


@inlined
def polarisation(day: Ended) -> float:
    found = day.room.people
    supporters, opponents = found.numbers[_SUPPORTERS], found.numbers[_OPPONENTS]
    if supporters == 0 or opponents == 0:
        return 0.0
    imbalance = np.float64(abs(supporters - opponents)) / day.opinion.shape[0]
    distance = found.sums[_ABOVE] / supporters - found.sums[_BELOW] / opponents
    return (1.0 - imbalance) * distance / 2.0


@inlined
def supporters(day: Ended) -> float:
    return share_of_people(_SUPPORTERS, day)


@inlined
def turned_away(day: Ended) -> float:
    return share_of_people(_TURNED_AWAY, day)


@inlined
def turned_towards(day: Ended) -> float:
    return share_of_people(_TURNED_TOWARDS, day)


@inlined
def expressed_climate(day: Ended) -> float:
    today = day.room.today
    return ratio(in_reality(_STANCE, 0, GROUPS, today, day) / _CODES, in_reality(_ON_TOPIC, 0, GROUPS, today, day))


@inlined
def troll_part(day: Ended) -> float:
    return mean_of_people(_TROLLS, day)


@inlined
def troll_part_direct(day: Ended) -> float:
    return mean_of_people(_DIRECT, day)


@inlined
def troll_part_relayed(day: Ended) -> float:
    return mean_of_people(_RELAYED, day)


@inlined
def troll_part_induced(day: Ended) -> float:
    return troll_part(day) - (troll_part_direct(day) + troll_part_relayed(day))


@inlined
def organiser_part(day: Ended) -> float:
    return mean_of_people(_ORGANISERS, day)


@inlined
def event_part(day: Ended) -> float:
    return mean_of_people(_EVENTS, day)


@inlined
def own_part(day: Ended) -> float:
    return mean_of_people(_OWN, day)


OUTCOMES = (
    Outcome(
        "opinion_mean",
        "opinion, -1 to 1",
        "mean(x)",
        opinion_mean,
        low=-1.0,
        high=1.0,
    ),
    Outcome(
        "opinion_sd",
        "opinion",
        "sqrt(mean((x − mean(x))²))",
        opinion_sd,
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
        troll_part,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_direct",
        "opinion",
        "mean of the direct channel: pulls of trolls' messages that were carried by a troll the reader follows "
        "(or, in the topic stream, last carried by a troll), less what later sessions washed out",
        troll_part_direct,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_relayed",
        "opinion",
        "mean of the relayed channel: the same for trolls' messages that only others carried",
        troll_part_relayed,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "troll_part_induced",
        "opinion",
        "troll_part − troll_part_direct − troll_part_relayed: said afterwards by people whom trolls had moved",
        troll_part_induced,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "organiser_part",
        "opinion",
        "mean(x_T − x_TO)",
        organiser_part,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "event_part",
        "opinion",
        "mean(x_TO − x_TOE)",
        event_part,
        low=-2.0,
        high=2.0,
    ),
    Outcome(
        "own_part",
        "opinion, -1 to 1",
        "mean(x_TOE)",
        own_part,
        low=-1.0,
        high=1.0,
    ),
)
