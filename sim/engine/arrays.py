"""The fast engine: the model on arrays, with Numba kernels on one thread or several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.crew import Crew, crew_of
from sim.engine.engine import Engine, Keeper
from sim.engine.kernels import second_platform
from sim.engine.kernels.committing import commit, finish
from sim.engine.kernels.deciding import decide
from sim.engine.kernels.feeds import list_feeds
from sim.engine.kernels.reading import discredits
from sim.engine.kernels.team import leave, team_of
from sim.engine.kernels.ticks import run_ticks
from sim.engine.kernels.turnout import count_turnout
from sim.engine.kernels.waking import find_awake
from sim.engine.kernels.workspace import (
    Decisions,
    Elsewhere,
    Scratch,
    make_decisions,
    make_elsewhere,
    make_scratch,
)
from sim.engine.sessions import Sessions
from sim.engine.state import Count
from sim.opinion.rule import pointer, unfit_weight
from sim.threads import checked_threads

_SMALLEST_CHUNK = 4096  # people; below that a thread costs more than it brings
_ON_TWO_PLATFORMS = 6  # times as many where each phase of a tick is a call of its own


class ArrayEngine(Engine):
    """A world in one branch, run by kernels; ``threads`` never changes a result. ``sessions`` are those of an engine with the
    same world and seed, if there is one: forks have them in common."""

    def __init__(self, *args: Any, threads: int | None = None, sessions: Sessions | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = sessions or Sessions(self.seed_of_run, self.society, self.schedule, self.fixed.parameters)
        accounts = self.society.group.size
        chunk = _SMALLEST_CHUNK * (_ON_TWO_PLATFORMS if self.society.twin.size else 1)
        self.threads = max(1, min(checked_threads(threads), self.society.anchor.size // chunk))
        self._rule_parameters = self.world.opinion.rule.parameters()
        feed = self.world.feed
        longest = accounts - 1 if self.society.complete else int(self.following.max(initial=0))
        messages, opinions = longest * feed.memory, 0
        if self.parameters.choices.reads_opinions:
            messages, opinions = 0, longest
        last_post = np.zeros(accounts, dtype=np.uint16)
        been = np.flatnonzero(self.state.last_awake >= 0)  # who was never awake has not posted
        last_post[been] = self.state.outbox["posted"][been].max(axis=1)
        self._team = team_of(self.threads)
        self._scratch = [
            make_scratch(messages, longest, opinions, self.parameters, feed.topic_capacity, last_post, unfit)
            for unfit in self._team[0].unfit
        ]
        self._decisions = make_decisions(accounts, self.parameters)
        self._awake = [np.empty(accounts, dtype=np.int64) for _ in range(self.threads)]
        self._on_duty = [np.empty(accounts - self.society.anchor.size, dtype=np.int64) for _ in range(self.threads)]
        self._nothing = make_elsewhere(self._awake[0][:0], 0, False)
        self._seed = np.uint64(self.seed_of_run)

    def _more(self, keepers: Sequence[Keeper]) -> dict[str, Any]:
        return super()._more(keepers) | {"threads": self.threads, "sessions": self.sessions}

    @property
    def _weight(self) -> Any:
        # Compiled code lives in one process: an engine that held it could not go to another.
        return pointer(self.world.opinion.rule)

    def advance_accounts(self, first: int, last: int) -> None:
        with crew_of(self.threads) as crew:
            if self.society.twin.size:
                for step in range(first, last):
                    if self.carry_out(step) or step == first:
                        on_duty = self.on_duty()
                    self._tick(crew, step, on_duty)
                return
            length = self.sessions.length
            while first < last:
                stop = min(last, (first // length + 1) * length)
                self._ticks(crew, first, stop)
                first = stop

    def _ticks(self, crew: Crew, first: int, last: int) -> None:
        """Steps of one block of sessions, where there is no second platform."""
        number = first // self.sessions.length
        ends, due = self.sessions.block(number, crew)
        counts = np.zeros((self.threads, last - first, Count.COLUMNS), dtype=np.int64)
        self._team[0].met[:] = 0

        def run(i: int) -> None:
            try:
                run_ticks(
                    self._seed, first, last, self.state, self.society, self.schedule, self.parameters, self._weight,
                    self._rule_parameters, self._scratch[i], self._decisions, self._nothing, self._awake[i],
                    self._on_duty[i], self.planned, number * self.sessions.length, ends, due, counts[i], self._team[i],
                )  # fmt: skip
            except BaseException:
                leave(self._team[i])
                raise

        crew.each(run, lambda: leave(self._team[0]))
        self._check_weights()
        self.state.counts[first:last] += counts.sum(axis=0)

    @property
    def workspace(self) -> tuple[Scratch, Decisions, Elsewhere]:
        """What kernels work in on one thread."""
        return self._scratch[0], self._decisions, self._nothing

    def messages_in_feeds(self) -> NDArray[np.int64]:
        found = np.zeros(0, dtype=np.int64)
        if self.parameters.choices.reads_opinions:
            return found
        people, length = self.society.anchor.size, self.parameters.feed.length
        names = np.empty(_SMALLEST_CHUNK * length, dtype=np.int64)
        for low in range(0, people, _SMALLEST_CHUNK):
            high = min(low + _SMALLEST_CHUNK, people)
            n = list_feeds(
                self._seed, self.step_index, low, high, self.state, self.society, self.parameters, self._scratch[0],
                names,
            )  # fmt: skip
            found = np.union1d(found, names[:n])
        return found

    def _tick(self, crew: Crew, step: int, on_duty: NDArray[np.int64]) -> None:
        """What accounts do in a tick where there is a second platform, numbered as in ``sim.engine.agents.TICK``."""
        seed, state, society, schedule = self._seed, self.state, self.society, self.schedule
        parameters = self.parameters
        awake, decisions, last_post = self._awake[0], self._decisions, self._scratch[0].last_post
        counts = np.zeros((self.threads, Count.COLUMNS), dtype=np.int64)
        # 2. march
        for event in np.flatnonzero(schedule.join_step == step):
            joined = crew.spread(society.anchor.size, partial(self._count_turnout, step, int(event)))
            state.turnout[event] = sum(joined)
        # 3. wake
        candidates = society.anchor.size + on_duty.size
        found = crew.spread(
            candidates,
            lambda i, low, high: find_awake(
                seed, step, low, high, on_duty, state, society, schedule, parameters, awake[low:high], self._scratch[i].draws,
                counts[i],
            ),
        )  # fmt: skip
        n = 0
        for (low, _), more in zip(crew.parts(candidates), found, strict=True):
            awake[n : n + more] = awake[low : low + more]
            n += more
        # 4. read: on the second platform
        first = int(np.searchsorted(awake[:n], society.second))
        elsewhere = self._read_on_second(crew, step, first, n, counts)
        # 4. read, 5. decide: on the first
        crew.spread(
            first,
            lambda i, low, high: decide(
                seed, step, awake, low, high, state, society, schedule, parameters, self._weight, self._rule_parameters,
                self._scratch[i], decisions, elsewhere, counts[i],
            ),
        )  # fmt: skip
        self._check_weights()
        # 5. decide: on the second
        self._post_on_second(crew, step, first, elsewhere, counts)
        self._check_weights()
        # 6. commit
        commit(awake, 0, n, state, society, parameters, decisions, last_post, counts[0])
        # 7. trace, 8. stream
        finish(seed, step, awake, n, first, state, society, schedule, parameters, decisions)
        state.counts[step] += counts.sum(axis=0)

    def _check_weights(self) -> None:
        """Raise InputError if the opinion rule has given a weight that it must not give. Threads have accounts in the order of
        their ids, so that it names the same message whatever their number."""
        for scratch in self._scratch:
            if scratch.unfit[0]:
                x, stance, confidence = scratch.unfit[1:].tolist()
                raise unfit_weight(self.world.opinion.rule, x, stance, confidence, self._rule_parameters)

    def _count_turnout(self, step: int, event: int, _thread: int, low: int, high: int) -> int:
        joined = count_turnout(step, event, low, high, self.state, self.society, self.schedule, self.parameters)
        return int(joined)

    def _read_on_second(self, crew: Crew, step: int, first: int, n: int, counts: NDArray[np.int64]) -> Elsewhere:
        parameters = self.second_parameters
        elsewhere = make_elsewhere(
            self._awake[0][first:n], parameters.feed.length, bool(discredits.py_func(parameters))
        )
        crew.spread(
            n - first,
            lambda i, low, high: second_platform.read(
                self._seed, step, low, high, self.state, self.society, self.schedule, parameters, self._scratch[i],
                self._decisions, elsewhere, first, counts[i],
            ),
        )  # fmt: skip
        return elsewhere

    def _post_on_second(
        self, crew: Crew, step: int, first: int, elsewhere: Elsewhere, counts: NDArray[np.int64]
    ) -> None:
        crew.spread(
            elsewhere.account.size,
            lambda i, low, high: second_platform.post(
                self._seed, step, self._awake[0][:first], low, high, self.state, self.society, self.schedule,
                self.second_parameters, self._weight, self._rule_parameters, self._scratch[i], self._decisions, elsewhere,
                counts[i],
            ),
        )  # fmt: skip
