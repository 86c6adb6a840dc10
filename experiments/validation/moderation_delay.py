"""Moderation delay: how much sharing is prevented when every post, new or reshared, is removed some time after it was made.

Schneider and Rizoiu 2023. A post is shared by n of its readers on average (the branching factor), who come to it after waiting
times with distribution function Phi. Removed after a delay D it has n_D = n Phi(D) sharers left, and of all sharing a share
chi = (n - n_D) / (1 - n_D) is prevented. In the feed engine somebody wakes with probability w in a tick, so that a post which can
be read in the D ticks after the one in which it was made has Phi(D) = 1 - (1 - w)^D.

People post something new now and then, each such message is a cascade, and the same messages are followed to their end with
and without removal. Without removal a post disappears once all but one in a million of its readers have woken. Posts are few:
an account makes one a tick at most, and a reader who wants to share two messages at once may come back too late for the second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.validation.cascade_world import (
    Posts,
    Sizes,
    advance,
    cascade_world,
    compare,
    degree_field,
    mean_sharers,
    measured_reduction,
    messages_needed,
    people_field,
    people_for,
    people_needed,
    reduction,
    runs_for,
    sizes,
)
from experiments.validation.check import (
    Chart,
    Check,
    Curve,
    Points,
    Progress,
    Result,
    Validation,
    numbers,
)
from experiments.validation.ensemble import alone, over
from experiments.validation.worlds import LONGEST
from sim.fields import InputError, Settings, quantity

_SOURCE = "Schneider & Rizoiu 2023, PNAS 120(34) e2307360120"
_TOLERANCE = 0.01
_FELT = 0.02  # share by which cascades may be smaller than on an endless graph
_POSTING = 0.02  # share of visits that end with a post, new or reshared, where nothing is removed
_NOT_WOKEN = 1e-6  # of a post's readers, when it disappears though nothing is removed
_FEWEST = 1000  # messages that are followed where hardly anything is prevented
_COLLECTED = 64  # ticks after which posts are collected at the soonest
# The paper's kernel: Phi(t) = 1 - (1 + t / c)^-gamma, t in seconds.
_KERNEL_SCALE, _KERNEL_EXPONENT, _KERNEL_BRANCHING = 30.0, 0.22, 0.75
_HOUR = 3600.0


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``branching`` and ``delay`` are a number or a list."""

    people: int | None = people_field()
    degree: float = degree_field()
    branching: float | tuple[float, ...] = quantity(
        (0.44, 0.75, 0.9), unit="sharers per post", low=0.05, high=0.92, source=_SOURCE, doc="Branching factors n."
    )
    delay: int | tuple[int, ...] = quantity(
        (6, 24, 72), unit="ticks", low=1, high=10_000, source="model choice", doc="Delays D after which a post is removed."
    )  # fmt: skip
    wake: float = quantity(
        0.05, unit="probability per tick", low=0.005, high=1, source="model choice", doc="Probability to wake in a tick (w)."
    )  # fmt: skip
    error: float = quantity(
        0.003, unit="share of sharing", low=0.001, high=0.005, source="model choice", doc="Standard error aimed at."
    )  # fmt: skip
    messages: int = quantity(
        80_000, unit="messages", low=_FEWEST, high=10_000_000, source="model choice",
        doc="Messages followed in all runs together: as many as the standard error takes, but at most these.",
    )  # fmt: skip
    runs: int = quantity(
        1, unit="runs", low=1, high=1000, source="model choice",
        doc="Runs on graphs of their own, over which the messages are spread (one where people are more than 50,000).",
    )  # fmt: skip

    def check(self) -> None:
        for branching in numbers(self.branching):
            if branching >= self.degree:
                raise InputError(f"must be above {branching:g}, the largest n, not {self.degree:g}", field="degree")
            longest = max(self.window(branching, delay) for delay in self.delays()) + self.settling(branching)
            if longest > LONGEST:
                raise InputError(
                    f"must be more, so that a run takes fewer ticks than {longest:,} (at most {LONGEST:,})",
                    field="runs",
                )

    def delays(self) -> list[int]:
        """The delays."""
        return [int(delay) for delay in numbers(self.delay)]

    def people_at(self, branching: float) -> int:
        """People of a run with this branching factor."""
        return people_for(self.people, people_needed(branching, self.degree, _FELT), branching)

    def runs_at(self, branching: float) -> int:
        """Runs with this branching factor."""
        return runs_for(self.runs, self.people_at(branching))

    def reduced(self, branching: float, delay: int) -> float:
        """Branching factor that is left with removal."""
        return branching * woken(self.wake, delay)

    def lifetime(self) -> int:
        """Ticks in which a post can be read where nothing is removed."""
        patience = 1 if self.wake == 1.0 else math.ceil(math.log(_NOT_WOKEN) / math.log1p(-self.wake))
        return max(patience, *self.delays(), 1)

    def window(self, branching: float, delay: int) -> int:
        """Ticks of a run in which messages begin that are followed."""
        needed = messages_needed(branching, self.reduced(branching, delay), self.error)
        messages = max(_FEWEST, min(self.messages, needed))
        begun = self.people_at(branching) * self.wake * new_posts(branching)
        return math.ceil(messages / self.runs_at(branching) / begun)

    def settling(self, branching: float) -> int:
        """Ticks in which the messages of a run surely come to their end."""
        return self.lifetime() + math.ceil(20.0 / (self.wake * (1.0 - branching)))


def woken(wake: float, delay: int) -> float:
    """Phi: the share of readers who wake in ``delay`` ticks."""
    return -math.expm1(delay * math.log1p(-wake)) if wake < 1.0 else 1.0


def new_posts(branching: float) -> float:
    """Share of visits that end with a new post, for which posts and reshares together are ``_POSTING`` of the visits."""
    return _POSTING / mean_sharers(branching)


def followed(p: Parameters, branching: float, delay: int | None, window: int, seed: int) -> Sizes:
    """Sharers of the messages that begin in the first ``window`` ticks of a run, which lasts until they are all gone."""
    people, lifetime = p.people_at(branching), p.lifetime() if delay is None else delay
    stretch = max(lifetime, _COLLECTED)
    world = cascade_world(
        people, p.degree, branching / p.degree, stretch * p.wake * _POSTING, posting=new_posts(branching), wake=p.wake,
        lifetime=lifetime,
    )  # fmt: skip
    engine = alone(world, seed)
    found, end = [], window + lifetime  # nothing is shared from the end on, as far as is known
    while engine.step_index < engine.last_step:
        posts = advance(engine, min(engine.step_index + stretch, end))
        found.append(posts.where(posts.began() < window))
        end = max(end, int(found[-1].posted.max(initial=0)) + 1 + lifetime)
        if engine.step_index >= end:
            return sizes(Posts._make(np.concatenate(columns) for columns in zip(*found, strict=True)))
    raise RuntimeError(f"messages are still shared after {engine.last_step:,} ticks")


def run(p: Parameters, progress: Progress) -> Result:
    """Compare the same messages with and without removal (± .01)."""
    branchings, delays = numbers(p.branching), p.delays()
    todo: list[tuple[float, int | None, int, int]] = []
    for branching in branchings:
        windows = [p.window(branching, delay) for delay in delays]
        for seed in range(1, p.runs_at(branching) + 1):
            todo.append((branching, None, max(windows), seed))
            todo += [(branching, delay, window, seed) for delay, window in zip(delays, windows, strict=True)]
    # The longest first, so that no thread is left with one at the end.
    todo.sort(key=lambda item: (p.window(item[0], max(delays)), item[2], item[1] is None), reverse=True)
    results = over(len(todo), lambda item: followed(p, *todo[item - 1]), progress)
    found = {(item[0], item[1], item[3]): result for item, result in zip(todo, results, strict=True)}
    checks: list[Check] = []
    measured: list[Points] = []
    for branching in branchings:
        here = []
        for delay in delays:
            seeds = range(1, p.runs_at(branching) + 1)
            pairs = [compare(found[branching, None, seed], found[branching, delay, seed]) for seed in seeds]
            prevented, error = measured_reduction(pairs)
            about: dict[str, Any] = {
                "people": p.people_at(branching), "degree": p.degree, "branching": branching, "delay": delay,
                "wake": p.wake, "messages": sum(pair.before.size for pair in pairs), "runs": len(seeds),
            }  # fmt: skip
            expected = reduction(branching, p.reduced(branching, delay))
            here.append(
                Check("moderation_delay", f"n = {branching:g}, removal after {delay} ticks", about, expected, prevented,
                      error, _TOLERANCE)
            )  # fmt: skip
        checks += here
        measured.append(
            Points(f"n = {branching:g}", delays, [c.measured for c in here], [c.standard_error for c in here])
        )
    return Result(checks, (_engine_chart(p, measured), _kernel_chart()), _caption())


def _engine_chart(p: Parameters, measured: list[Points]) -> Chart:
    ticks = np.geomspace(1.0, 2.0 * max(p.delays()), 200)
    curves = tuple(
        Curve(f"n = {n:g}", ticks, [reduction(n, n * woken(p.wake, delay)) for delay in ticks])
        for n in numbers(p.branching)
    )
    return Chart(
        "ticks after which a post is removed",
        "share of sharing prevented, χ",
        curves,
        tuple(measured),
        logarithmic=True,
    )


def kernel_reduction(seconds: float) -> float:
    """What the paper's kernel gives for a removal after so many seconds."""
    reached = 1.0 - (1.0 + seconds / _KERNEL_SCALE) ** -_KERNEL_EXPONENT
    return reduction(_KERNEL_BRANCHING, _KERNEL_BRANCHING * reached)


_NAMED = {"1 h": _HOUR, "24 h": 24 * _HOUR, "7 d": 168 * _HOUR}


def _kernel_chart() -> Chart:
    hours = np.geomspace(0.1, 1000.0, 200)
    return Chart(
        "hours after which a post is removed",
        "share of sharing prevented, χ",
        (
            Curve(
                f"kernel of the paper, n = {_KERNEL_BRANCHING:g}", hours, [kernel_reduction(h * _HOUR) for h in hours]
            ),
        ),
        (
            Points(
                "1 h, 24 h, 7 d",
                [s / _HOUR for s in _NAMED.values()],
                [kernel_reduction(s) for s in _NAMED.values()],
                expected=True,
            ),
        ),
        logarithmic=True,
    )


def _caption() -> str:
    values = ", ".join(f"{kernel_reduction(seconds):.3f} after {name}" for name, seconds in _NAMED.items())
    return (
        "Left: the engine, whose readers wait geometrically; lines are the formula, points have 95 % intervals over messages. "
        f"Right, by the formula alone: the waiting times of the paper, which give {values}."
    )


VALIDATION = Validation(
    name="moderation_delay",
    source=_SOURCE,
    setup="every post, new or reshared, is removed some time after it was made; share of all sharing that this prevents",
    parameters=Parameters,
    run=run,
    quick={"branching": 0.44, "delay": (6, 24), "error": 0.004},
)
