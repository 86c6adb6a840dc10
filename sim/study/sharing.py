"""Work that is shared with whoever uses the same ledger at the same time.

A run is claimed before it is simulated (``sim.study.claims``) and sought in the ledger once more, where others may have put it
since; what others have claimed is left for the end, and then waited for, or simulated if they die. A run that failed before is
simulated by itself, so that it takes no other with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing

from sim.fields import InputError
from sim.study.wanted import Wanted
from sim.study.work import Failed, Found, Work

Simulate = Callable[[Iterable[Work]], Generator[Found | Failed, None, None]]
_PAUSE = 0.5  # seconds until one looks again for what others simulate


def shared(work: Iterable[Work], simulate: Simulate) -> Generator[Found | Failed, None, None]:
    """What becomes of work by ``simulate`` or by others. Failures are put on record; claims are given up whatever happens."""
    sharing = _Sharing(simulate)
    try:
        yield from sharing.all(work)
    finally:
        sharing.release()


class _Sharing:
    def __init__(self, simulate: Simulate) -> None:
        self._simulate = simulate
        self._open: dict[int, tuple[Work, set[str]]] = {}  # work under way by its identity, with records still to come
        self._arrived: list[Found] = []
        self._others: list[Work] = []

    def all(self, work: Iterable[Work]) -> Iterator[Found | Failed]:
        """What becomes of all the work."""
        yield from self._done(self._claimed(work))
        told = False
        while self._others:
            waited_for, self._others = self._others, []
            mine, arrived = list(self._claimed(waited_for)), len(self._arrived)
            yield from self._done(mine) if mine else self._others_runs()
            if self._others and not mine and not arrived:
                told = told or self._tell()
                time.sleep(_PAUSE)

    def release(self) -> None:
        """Give up the claims that are left."""
        for work, names in self._open.values():
            self._release(work, names)
        self._open.clear()

    def _done(self, mine: Iterable[Work]) -> Iterator[Found | Failed]:
        with closing(self._simulate(mine)) as arriving:
            for found in arriving:
                yield from self._others_runs()
                self._settle(found)
                yield found
        yield from self._others_runs()

    def _others_runs(self) -> Iterator[Found]:
        arrived, self._arrived = self._arrived, []
        return iter(arrived)

    def _claimed(self, work: Iterable[Work]) -> Iterator[Work]:
        """What is to be simulated here of each piece of work."""
        for each in work:
            shelf, seed = each.shelf, each.block.seed
            if shelf is None:
                yield each
                continue
            mine: dict[str, Wanted] = {}
            others: dict[str, Wanted] = {}
            try:
                for name, wanted in each.block.wanted.items():
                    if not shelf.claim(wanted, seed):
                        others[name] = wanted
                        continue
                    mine[name] = wanted
                    run = shelf.find(wanted, seed)
                    if run is not None:
                        shelf.release(wanted, seed)
                        del mine[name]
                        self._arrived.append(Found(each, name, run))
                parts = list(_by_themselves(each, mine))
            except BaseException:
                self._release(each, mine)
                raise
            if others:
                self._others.append(each.only(others))
            # All are open before one is handed on: more may not be asked for.
            self._open |= {id(part): (part, set(part.block.wanted)) for part in parts}
            yield from parts

    def _settle(self, found: Found | Failed) -> None:
        work, names = self._open.get(id(found.work), (found.work, set[str]()))
        done = {found.name} if isinstance(found, Found) else set(names)
        if isinstance(found, Failed) and work.shelf is not None and not isinstance(found.fault, InputError):
            lacking = (name for name in sorted(names) if not self._is_there(work, name))
            for name in lacking:
                work.shelf.fail(work.block.wanted[name], work.block.seed, found.fault, found.host)
        self._release(work, done & names)
        names -= done
        if not names:
            self._open.pop(id(work), None)

    @staticmethod
    def _is_there(work: Work, name: str) -> bool:
        """Whether a run is on record for all that: a worker had put it there before it was killed."""
        return work.shelf is not None and work.shelf.read(work.block.wanted[name], work.block.seed) is not None

    @staticmethod
    def _release(work: Work, names: Iterable[str]) -> None:
        for name in names if work.shelf is not None else ():
            assert work.shelf is not None
            work.shelf.release(work.block.wanted[name], work.block.seed)

    def _tell(self) -> bool:
        """Say who is waited for."""
        first = self._others[0]
        assert first.shelf is not None
        holders = (first.shelf.holder(wanted, first.block.seed) for wanted in first.block.wanted.values())
        runs = sum(len(each.block.wanted) for each in self._others)
        holder = next((holder for holder in holders if holder is not None), None)
        if holder is not None:
            first.shelf.say(
                f"Waiting for {runs:,} run{'s' if runs > 1 else ''} that {holder} simulates with this ledger."
            )
        return holder is not None


def _by_themselves(work: Work, wanted: dict[str, Wanted]) -> Iterator[Work]:
    """What is wanted as one piece of work, that apart which failed before."""
    assert work.shelf is not None
    alone = {name: each for name, each in wanted.items() if work.shelf.has_failed(each, work.block.seed)}
    together = {name: each for name, each in wanted.items() if name not in alone}
    if together:
        yield work.only(together)
    for name, each in alone.items():
        yield work.only({name: each})
