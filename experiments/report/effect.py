"""What a branch averted, judged: its shifts, what tests say of them, how certain that is, and what it came to in people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from experiments.report.assumptions import assumptions
from experiments.report.certainty import Certainty, certainty
from experiments.report.people import InPeople, in_people
from experiments.report.shifts import Shift
from experiments.report.size import IDENTICAL, Verdict, size, verdict
from experiments.report.strings import say
from experiments.studies.results import Results
from sim import cases


class SweptPoint(Protocol):
    """A point of a sweep."""

    @property
    def branch(self) -> str: ...

    @property
    def traced(self) -> Shift: ...


class Effect(NamedTuple):
    """A branch against the reference: ``traced`` and ``all``, shifts in mean opinion averted, ``seen``, the verdicts on them.

    ``verb`` says how large it is and how certain, as in "probably raises support for the movement slightly".
    """

    branch: str
    seeds: int
    traced: Shift
    all: Shift
    seen: tuple[Verdict, Verdict]
    certainty: Certainty
    verb: str
    in_people: InPeople


NOTHING = Shift(0.0, 0.0, 0.0, identical=True)


def effect(results: Results, branch: str) -> Effect:
    """That of a branch, the reference included, which differs in nothing from itself."""
    plan, world = results.plan, results.world
    is_reference = branch == plan.reference
    row = None if is_reference else results.effect(branch)
    traced = NOTHING if is_reference else Shift.of(results.effect(branch, kind="traced"))
    everything = NOTHING if row is None else Shift.of(row)
    seeds = len(results.provenance["seeds"]) if row is None else int(row["n"])
    seen = tuple(verdict(shift, seeds, plan.smallest_effect, results.method) for shift in (traced, everything))
    assumed = len(assumptions(world, cases.named(plan.case)))
    swept = swept_shifts(results, branch)
    how = certainty(traced, everything, seen[0], seeds, plan.smallest_effect, world, assumed, swept)
    verb = verb_of(traced.difference, seen[0], how.level, plan.smallest_effect)
    people = in_people(results, branch, traced, everything)
    return Effect(branch, seeds, traced, everything, (seen[0], seen[1]), how, verb, people)


def swept_shifts(results: Results, branch: str) -> tuple[Shift, ...]:
    """The traced shifts that a branch averted where the swept field has its values; none where it is not in the sweep."""
    table = results.sweep
    rows = table[(table["branch"] == branch) & (table["kind"] == "traced")].sort_values("value")
    return tuple(Shift.of(row) for row in rows.to_dict("records"))


def swept_range(points: Iterable[SweptPoint], branch: str) -> tuple[float, float] | None:
    """From the least to the greatest traced shift that a branch averted over a sweep; None where it is not in it."""
    found = [point.traced.difference for point in points if point.branch == branch]
    return (min(found), max(found)) if found else None


def verb_of(difference: float, found: Verdict, level: str, smallest: float) -> str:
    """What is said of a difference of this size and certainty (GRADE guidelines 26)."""
    if found.word == IDENTICAL:
        return say("verbs.identical")
    of = size(difference, smallest)
    direction = "none" if of == "none" else "up" if difference > 0.0 else "down"
    return say(f"verbs.{level}.{direction}", size=say(f"sizes.{of}"))
