"""Enough seeds, not a guess: how precise effects are to be, and which are not yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

import pandas as pd

from sim.fields import InputError, Settings, checked, chosen, quantity, shown
from sim.run import Run
from sim.study.effects import TRACED_MEASURE, TRACED_OUTCOME, Values, effects_of, measured
from sim.study.intervals import ANYTIME

MOST_SEEDS = 200  # where nothing else is said


@dataclass(frozen=True)
class Precision(Settings):
    """How precise every effect on an outcome is to be: half of its 95 % interval, in the outcome's own unit."""

    half_width: float = quantity(
        unit="that of the outcome", low=0, low_open=True, source="given by the user",
        doc="Greatest half-width of the 95 % interval.",
    )  # fmt: skip
    outcome: str = quantity(
        TRACED_OUTCOME, unit="name", source="given by the user", doc="The outcome whose effects are meant."
    )


Asked = float | Precision | Sequence[Precision] | None


def precisions(asked: Asked, outcomes: Iterable[str]) -> tuple[Precision, ...]:
    """What is asked for as one for each outcome; a number is that of mean opinion. Raises InputError."""
    if asked is None:
        return ()
    if isinstance(asked, Precision):
        asked = (asked,)
    if isinstance(asked, (list, tuple)):
        found = tuple(checked(asked, tuple[Precision, ...], "precision"))
    elif isinstance(asked, (int, float)):
        try:
            found = (Precision(half_width=asked),)
        except InputError as error:
            raise InputError(error.problem, "precision") from None
    else:
        raise InputError(f"must be a number, a Precision or a list of these, not {shown(asked)}", "precision")
    known = list(outcomes)
    for i, each in enumerate(found):
        chosen(each.outcome, known, f"precision[{i}].outcome")
        if each.outcome in [earlier.outcome for earlier in found[:i]]:
            raise InputError(f"must differ from the others, unlike {shown(each.outcome)}", f"precision[{i}].outcome")
    return found


def checked_most(most_seeds: int, seeds: Sequence[int]) -> int:
    """The greatest number of seeds. Raises InputError if it is not even that of the first."""
    most = int(checked(most_seeds, int, "most_seeds", low=1, high=1_000_000))
    if most < len(seeds):
        raise InputError(f"must be at least {len(seeds)}, the number of seeds to begin with, not {most}", "most_seeds")
    return most


def imprecise(effects: pd.DataFrame, asked: Iterable[Precision]) -> pd.DataFrame:
    """The rows of effects that are less precise than asked. One that no seed has a value for is none of them."""
    wanted = effects["outcome"].map({each.outcome: each.half_width for each in asked})
    half = (effects["high"] - effects["low"]) / 2
    return effects[wanted.notna() & (effects["n"] > 0) & ~(half <= wanted)]


def in_batches(seeds: Sequence[int], most: int) -> Iterator[tuple[int, ...]]:
    """The first seeds, then those that are added: as many at a time, the smallest that are not used, ``most`` in all."""
    found = tuple(seeds)
    yield found
    while len(found) < most:
        used = set(found)
        unused = (seed for seed in count(1) if seed not in used)
        more = tuple(islice(unused, min(len(seeds), most - len(found))))
        yield more
        found += more


class Enough:
    """The seeds that a world gets: batch after batch, until its effects are as precise as asked, or ``most`` seeds are begun; the
    first batch alone where nothing is asked.

    ``batch`` has the seeds that come next (none: those so far are enough), ``begun`` all so far, with these. Nothing but what was
    simulated decides, so that whoever goes on later comes to the same seeds.
    """

    def __init__(
        self, branches: Sequence[str], reference: str, seeds: Sequence[int], asked: Sequence[Precision], most: int
    ) -> None:
        self._branches, self._reference, self._asked = tuple(branches), reference, tuple(asked)
        self._wanted = [each.outcome for each in asked]
        self._values: Values = {}
        self._rest = in_batches(seeds, most if asked else len(seeds))
        self.batch = next(self._rest)
        self.begun = self.batch

    def add(self, runs: Mapping[tuple[str, int], Run]) -> None:
        """What the batch has given, in all branches."""
        if self._asked:
            for key, values in measured(runs).items():
                self._values[key] = {name: values[name] for name in (*self._wanted, TRACED_MEASURE)}
        self.batch = () if self._precise() else next(self._rest, ())
        self.begun += self.batch

    def _precise(self) -> bool:
        if not self._asked:
            return False
        identical = dict.fromkeys(self._branches, False)
        effects = effects_of(
            self._values, self._branches, self._reference, self.begun, self._wanted, ANYTIME, identical
        )
        return imprecise(effects, self._asked).empty
