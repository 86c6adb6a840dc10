"""The runs of a study that a ledger keeps, read when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from sim.fields import InputError
from sim.run import Run
from sim.study.shelf import Shelf
from sim.study.wanted import Wanted

_MOST = 256  # runs in memory: all of a common study, some 40 MB of 153 days


class KeptRuns(Mapping[tuple[str, int], Run]):
    """Runs by branch and seed, of which the last few hundred that were asked for stay in memory.

    ``runs`` has them in order; None stands for one that is on record. Reading raises InputError where a record is gone.
    """

    def __init__(self, shelf: Shelf, wanted: Mapping[str, Wanted], runs: Mapping[tuple[str, int], Run | None]) -> None:
        self._shelf, self._wanted, self._runs = shelf, wanted, dict(runs)
        self._recent: OrderedDict[tuple[str, int], Run] = OrderedDict()

    def __repr__(self) -> str:
        return f"KeptRuns({len(self)} runs)"

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._runs)

    def __contains__(self, key: object) -> bool:
        return key in self._runs

    def __getitem__(self, key: tuple[str, int]) -> Run:
        run = self._runs[key] or self._recent.get(key)
        if run is None:
            name, seed = key
            run = self._shelf.read(self._wanted[name], seed)
            if run is None:
                raise InputError(
                    f"The record of seed {seed} in the branch {name!r} is gone from the ledger, or damaged: compare again"
                )
            self._recent[key] = run
            while len(self._recent) > _MOST:
                self._recent.popitem(last=False)
        elif key in self._recent:
            self._recent.move_to_end(key)
        return run
