"""How certain a finding is, and why: chance, scale and assumptions, in the levels of GRADE.

Evidence from models begins as certain and is rated down for what it rests on (Brozek et al. 2021, GRADE concept paper on models,
doi 10.1016/j.jclinepi.2020.09.018); how a level is told is in GRADE guidelines 26 (Santesso et al. 2020, doi
10.1016/j.jclinepi.2019.10.014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from experiments.report.shifts import Shift
from experiments.report.size import IDENTICAL, UNKNOWN, Verdict, size
from experiments.report.strings import say
from sim.world import World

LEVELS = ("very_low", "low", "moderate", "high")
FINEST_NEEDED = 100  # people for whom one may stand without a difference that was found (docs/scale_of_the_world.md)


class Certainty(NamedTuple):
    """A level of ``LEVELS`` and what it was rated down for, in words."""

    level: str
    reasons: tuple[str, ...]


def certainty(
    shift: Shift,
    everything: Shift,
    found: Verdict,
    seeds: int,
    smallest: float,
    world: World,
    assumed: int,
    swept: Sequence[Shift],
) -> Certainty:
    """That of a traced difference from the reference. ``everything`` is the whole difference beside it, ``assumed`` how many
    fields of the world have no source; ``swept`` are the same difference's sizes where one of them has other values."""
    if found.word == IDENTICAL:
        return Certainty("high", (say("certainty.identical"),))
    down = [_chance(shift, found, seeds, smallest)]
    if _disagree(shift, everything, smallest):
        down.append((1, say("certainty.whole")))
    if world.weight > FINEST_NEEDED:
        down.append((1, say("certainty.scale", weight=f"{world.weight:,.0f}")))
    if assumed:
        down.append((1, say("certainty.assumed", n=assumed)))
    if len({size(each.difference, smallest) for each in swept}) > 1:
        down.append((1, say("certainty.swept")))
    steps = sum(step for step, _ in down)
    return Certainty(LEVELS[max(0, len(LEVELS) - 1 - steps)], tuple(why for _, why in down if why))


def _disagree(shift: Shift, everything: Shift, smallest: float) -> bool:
    """Whether the interval of the whole difference has no value on the traced one's side of the bounds of what matters, or, where
    that is smaller than matters, none between them."""
    if size(shift.difference, smallest) == "none":
        return everything.low >= smallest or everything.high <= -smallest
    return everything.high < smallest if shift.difference > 0.0 else everything.low > -smallest


def _chance(shift: Shift, found: Verdict, seeds: int, smallest: float) -> tuple[int, str]:
    """Steps down for chance: none where the interval lies on one side of the bounds of what matters, one where it crosses one."""
    if found.word == UNKNOWN:
        return 2, say("certainty.too_few")
    low, high = shift.low, shift.high
    crossed = sum(low < bound < high for bound in {-smallest, smallest})
    if crossed:
        return crossed, say(f"certainty.crosses_{'both' if crossed == 2 else 'one'}", n=seeds)
    return 0, ""
