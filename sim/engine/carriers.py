"""Who carried the campaign's words: followed beside a run, in either engine, where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernels.carrying import Log, Readers, follow, settle_all
from sim.engine.kernels.waking import find_awake
from sim.engine.kernels.workspace import Scratch, make_scratch
from sim.engine.state import Count
from sim.opinion.rule import pointer

if TYPE_CHECKING:
    from sim.engine.engine import Engine

_ROWS = 4096  # of the log at first
_FAR = 4  # steps of scale beyond which a double is 0 or no number


class _Room:
    """What the kernels work in, of one engine."""

    def __init__(self, engine: Engine) -> None:
        accounts, feed = engine.society.group.size, engine.world.feed
        longest = accounts - 1 if engine.society.complete else int(engine.following.max(initial=0))
        last_post = engine.state.outbox["posted"].max(axis=1).astype(np.uint16)
        self.scratch: Scratch = make_scratch(
            longest * feed.memory, longest, 0, engine.parameters, feed.topic_capacity, last_post, np.zeros(4)
        )
        self.last_post = last_post
        self.awake = np.empty(accounts, dtype=np.int64)
        self.counts = np.zeros(Count.COLUMNS, dtype=np.int64)
        self.found = 0  # how many were awake when it was last looked


class Carriers:
    """The readings of trolls' messages by the persons who are ``watched`` (people,), and who carried each to its reader.

    Every session is looked at before it is simulated (``look``), and what it will move is credited to those who carry the
    message: **in equal parts where several do**. Any of them would have brought it as well, since only what nobody carried when
    the reader was last there is news; so each carrier's part is its Shapley value in the game whose worth is what the message
    moves if anybody carries it. What later sessions wash out of a reader's troll channels (``sim.opinion.provenance``) goes
    off all that is in them in proportion, so that what all carriers moved adds up to the channels at any time.
    """

    def __init__(self, watched: NDArray[np.bool_]) -> None:
        shape = (watched.size, 2)
        self.readers = Readers(watched, np.zeros(shape), np.ones(shape), np.zeros(shape, dtype=np.int32))
        self.rows = 0
        self._log = _log_of(_ROWS)
        self._room: _Room | None = None

    def copy(self) -> Self:
        """An independent copy (a fork)."""
        found = type(self)(self.readers.watched)
        found.readers = Readers._make(held.copy() for held in self.readers)
        found.rows, found._log = self.rows, Log._make(column.copy() for column in self._log)
        return found

    def leave(self) -> None:
        """Give up what belongs to the engine that was followed so far."""
        self._room = None

    def look(self, engine: Engine, step: int) -> None:
        """Look at what will be read at a step, which is about to be simulated and for which all actors have decided."""
        if self._room is None:
            self._room = _Room(engine)
        room, state, society = self._room, engine.state, engine.society
        seed, on_duty, rule = np.uint64(engine.seed_of_run), engine.on_duty(), engine.world.opinion.rule
        been = room.awake[: room.found]
        room.last_post[been] = state.outbox["posted"][been].max(axis=1)
        found = room.found = find_awake(
            seed, step, 0, society.anchor.size + on_duty.size, on_duty, state, society, engine.schedule, engine.parameters,
            room.awake, room.scratch.draws, room.counts,
        )  # fmt: skip
        first = int(np.searchsorted(room.awake[:found], society.second)) if society.twin.size else found
        start, weight, parameters = 0, pointer(rule), rule.parameters()
        while start < found:
            start, self.rows = follow(
                seed, step, room.awake[:first], room.awake[first:found], start, self.rows, state, society, engine.schedule,
                engine.parameters, engine.second_parameters, weight, parameters, room.scratch, self.readers, self._log,
            )  # fmt: skip
            if start < found:
                self._log = Log._make(np.concatenate([column, np.zeros_like(column)]) for column in self._log)

    @property
    def log(self) -> Log:
        """What was read so far."""
        return Log._make(column[: self.rows] for column in self._log)

    def still_there(self, engine: Engine) -> NDArray[np.float64]:
        """What is left now of what each row of the log moved, in units of opinion, shape (rows,)."""
        settle_all(engine.state, self.readers)
        log, readers = self.log, self.readers
        at = log.reader, log.channel
        steps = np.clip(readers.scale[at].astype(np.int64) - log.scale, -_FAR, _FAR)
        left: NDArray[np.float64] = np.ldexp(log.moved * (readers.left[at] / log.left), 500 * steps)
        return left


def _log_of(rows: int) -> Log:
    kinds: dict[str, Any] = {
        "reader": np.int32, "carrier": np.int64, "name": np.int64, "channel": np.uint8, "moved": np.float64, "left": np.float64,
        "scale": np.int32,
    }  # fmt: skip
    return Log(**{name: np.zeros(rows, dtype=kind) for name, kind in kinds.items()})
