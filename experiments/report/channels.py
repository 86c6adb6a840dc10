"""Who moved whom: mean opinion by whose words moved it and by which way they came."""

from __future__ import annotations

from typing import NamedTuple

from experiments.report.people import LENGTH, Count, reachable
from experiments.report.shifts import Shift
from experiments.studies.results import Results
from sim.study.intervals import paired_interval

TROLLS = ("troll_part_direct", "troll_part_relayed", "troll_part_induced")
OTHERS = ("organiser_part", "event_part")


class Channel(NamedTuple):
    """What came on one way in a branch, at the end: the mean over people, in opinion, and as how many people moved from one end
    of the scale to the other (negative: against the movement)."""

    branch: str
    part: str
    shift: Shift
    people: Count


def channels(results: Results) -> tuple[Channel, ...]:
    """Of the reference and of the headline's branch."""
    people = reachable(results.world)
    found = []
    for branch in dict.fromkeys((results.plan.reference, results.plan.headline)):
        runs = results.runs[results.runs["branch"] == branch]
        for part in (*TROLLS, *OTHERS):
            mean, low, high, _ = paired_interval(runs[part], method=results.method)
            count = Count(*(people * value / LENGTH for value in (mean, low, high)))
            found.append(Channel(branch, part, Shift(mean, low, high), count))
    return tuple(found)
