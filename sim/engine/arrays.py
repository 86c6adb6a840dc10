"""The fast engine: the model on arrays, with Numba kernels on one thread or several."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.kernels import second_platform
from sim.engine.kernels.committing import finish
from sim.engine.kernels.deciding import decide
from sim.engine.kernels.feeds import list_feeds
from sim.engine.kernels.reading import discredits
from sim.engine.kernels.ticks import run_ticks
from sim.engine.kernels.turnout import count_turnout
from sim.engine.kernels.waking import find_awake
from sim.engine.kernels.workspace import Elsewhere, make_decisions, make_elsewhere, make_scratch
from sim.engine.sessions import Sessions
from sim.engine.state import Count
from sim.opinion.rule import pointer, unfit_weight
from sim.threads import checked_threads

_SMALLEST_CHUNK = 4096  # accounts; below that a thread costs more than it brings


class ArrayEngine(Engine):
    """A world in one branch, run by kernels; ``threads`` never changes a result.

    ``sessions`` may be replaced by those of another branch with the same world and seed, to be shared in one thread only.
    """

    def __init__(self, *args: Any, threads: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = Sessions(self.seed_of_run, self.society, self.schedule, self.fixed.parameters)
        accounts = self.society.group.size
        self.threads = max(1, min(checked_threads(threads), accounts // _SMALLEST_CHUNK))
        self._rule_parameters = self.world.opinion.rule.parameters()
        feed = self.world.feed
        longest = accounts - 1 if self.society.complete else int(self.following.max(initial=0))
        messages, opinions = longest * feed.memory, 0
        if self.parameters.choices.reads_opinions:
            messages, opinions = 0, longest
        last_post = np.zeros(accounts, dtype=np.uint16)
        been = np.flatnonzero(self.state.last_awake >= 0)  # who was never awake has not posted
        last_post[been] = self.state.outbox["posted"][been].max(axis=1)
        self._scratch = [
            make_scratch(messages, longest, opinions, self.parameters, feed.topic_capacity, last_post)
            for _ in range(self.threads)
        ]
        self._decisions = make_decisions(accounts, self.parameters)
        self._awake = np.empty(accounts, dtype=np.int64)
        self._nothing = make_elsewhere(self._awake[:0], 0, False)
        self._seed = np.uint64(self.seed_of_run)

    def _more(self) -> dict[str, Any]:
        return super()._more() | {"threads": self.threads}

    @property
    def _weight(self) -> Any:
        # Compiled code lives in one process: an engine that held it could not go to another.
        return pointer(self.world.opinion.rule)

    def advance_accounts(self, first: int, last: int) -> None:
        on_duty = self.on_duty()
        if self.threads == 1 and not self.society.twin.size:
            sessions = self.sessions
            while first < last:
                number = first // sessions.length
                stop = min(last, (number + 1) * sessions.length)
                run_ticks(
                    self._seed, first, stop, self.state, self.society, self.schedule, self.parameters, self._weight,
                    self._rule_parameters, self._scratch[0], self._decisions, self._nothing, self._awake,
                    on_duty, number * sessions.length, *sessions.block(number),
                )  # fmt: skip
                self._check_weights()
                first = stop
            return
        with ThreadPoolExecutor(self.threads) as pool:
            for step in range(first, last):
                self._tick(pool, step, on_duty)

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

    def _tick(self, pool: ThreadPoolExecutor, step: int, on_duty: NDArray[np.int64]) -> None:
        """What accounts do in a tick, numbered as in ``sim.engine.agents.TICK``."""
        seed, state, society, schedule = self._seed, self.state, self.society, self.schedule
        parameters = self.parameters
        awake, decisions = self._awake, self._decisions
        counts = np.zeros((self.threads, Count.COLUMNS), dtype=np.int64)
        # 2. march
        for event in np.flatnonzero(schedule.join_step == step):
            joined = self._spread(pool, society.anchor.size, partial(self._count_turnout, step, int(event)))
            state.turnout[event] = sum(joined)
        # 3. wake
        candidates = society.anchor.size + on_duty.size
        found = self._spread(
            pool, candidates,
            lambda i, low, high: find_awake(
                seed, step, low, high, on_duty, state, society, schedule, parameters, awake[low:high], self._scratch[i].draws,
                counts[i],
            ),
        )  # fmt: skip
        n = 0
        for (low, _), more in zip(self._ranges(candidates), found, strict=True):
            awake[n : n + more] = awake[low : low + more]
            n += more
        # 4. read: on the second platform
        first = int(np.searchsorted(awake[:n], society.second))
        elsewhere = self._read_on_second(pool, step, first, n, counts) if society.twin.size else self._nothing
        # 4. read, 5. decide: on the first
        self._spread(
            pool, first,
            lambda i, low, high: decide(
                seed, step, awake, low, high, state, society, schedule, parameters, self._weight, self._rule_parameters,
                self._scratch[i], decisions, elsewhere, counts[i],
            ),
        )  # fmt: skip
        self._check_weights()
        # 5. decide: on the second
        if society.twin.size:
            self._post_on_second(pool, step, first, elsewhere, counts)
            self._check_weights()
        # 6. commit, 7. trace, 8. stream
        finish(
            seed, step, awake, n, first, state, society, schedule, parameters, decisions, self._scratch[0].last_post, counts[0]
        )  # fmt: skip
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

    def _read_on_second(
        self, pool: ThreadPoolExecutor, step: int, first: int, n: int, counts: NDArray[np.int64]
    ) -> Elsewhere:
        parameters = self.second_parameters
        elsewhere = make_elsewhere(self._awake[first:n], parameters.feed.length, bool(discredits.py_func(parameters)))
        self._spread(
            pool, n - first,
            lambda i, low, high: second_platform.read(
                self._seed, step, low, high, self.state, self.society, self.schedule, parameters, self._scratch[i],
                self._decisions, elsewhere, first, counts[i],
            ),
        )  # fmt: skip
        return elsewhere

    def _post_on_second(
        self, pool: ThreadPoolExecutor, step: int, first: int, elsewhere: Elsewhere, counts: NDArray[np.int64]
    ) -> None:
        self._spread(
            pool, elsewhere.account.size,
            lambda i, low, high: second_platform.post(
                self._seed, step, self._awake[:first], low, high, self.state, self.society, self.schedule,
                self.second_parameters, self._weight, self._rule_parameters, self._scratch[i], self._decisions, elsewhere,
                counts[i],
            ),
        )  # fmt: skip

    def _spread(self, pool: ThreadPoolExecutor, rows: int, kernel: Callable[[int, int, int], Any]) -> list[Any]:
        """Run ``kernel(thread, low, high)`` on all threads, each on its part of the rows; what each returned."""
        started = [pool.submit(kernel, i, low, high) for i, (low, high) in enumerate(self._ranges(rows))]
        return [part.result() for part in started]

    def _ranges(self, rows: int) -> list[tuple[int, int]]:
        edges = [rows * i // self.threads for i in range(self.threads + 1)]
        return list(pairwise(edges))
