"""Relays: who carried the campaign's words to people, and how far each of them moved opinion by that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.kernels.carrying import STREAM
from sim.feed.settings import FEEDS
from sim.fields import InputError, Settings, quantity
from sim.opinion.provenance import DIRECT, RELAYED
from sim.outcomes.kept import Kept, Rows
from sim.outcomes.watched import drawn_first
from sim.society.groups import KINDS, Group
from sim.society.society import Drawn
from sim.world import World

ROLES = (*(KINDS[group].words.name for group in Group), "newcomer", "topic stream")
"""What a carrier can be: an account of a group, somebody who registered after day 0, or the platform's list of topics."""
NEWCOMER, TOPIC_STREAM = len(Group), len(Group) + 1

# Columns with the types in which they are kept.
COLUMNS: dict[str, Any] = {
    "day": np.int32, "account": np.int64, "role": np.int8, "own": np.bool_, "followers": np.int64, "stands_for": np.float64,
    "messages": np.uint32, "readings": np.float64, "reached": np.float64, "direct": np.float64, "relayed": np.float64,
}  # fmt: skip


@dataclass(frozen=True)
class Relays(Settings):
    """Who carried the campaign's words, as ``keep`` of ``sim.simulate`` and ``sim.compare`` takes it (docs/outcomes.md)."""

    readers: int = quantity(
        20_000, unit="people", low=1, high=10_000_000, source="given by the user",
        doc="So many people, drawn of all, of whom it is followed who brought them what (all, where there are fewer).",
    )  # fmt: skip


@dataclass(frozen=True)
class KeptRelays(Kept):
    """The carriers by the end of every ``every``-th day and of the last."""

    relays: Relays

    @property
    def told(self) -> str:
        return f"relays kept every {self.every} days"

    @property
    def columns(self) -> dict[str, Any]:
        return COLUMNS

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        return {"role": ROLES}

    @property
    def first(self) -> int:
        return self.every - 1

    def most(self, people: int) -> int:
        return 2 * people  # nearly everybody could come to carry something

    def readers(self, drawn: Drawn) -> NDArray[np.bool_]:
        people = drawn.world.people
        chosen = drawn_first(drawn, np.arange(people), self.relays.readers)
        watched = np.zeros(people, dtype=bool)
        watched[drawn.arrays.person[chosen]] = True
        return watched

    def check(self, world: World) -> None:
        if world.feed.reading not in FEEDS:
            raise InputError(
                "must not be sim.Relays in a world whose people read opinions, since nobody carries any", "keep"
            )

    def of_day(self, model: Engine) -> Rows:
        carriers = model.carriers[self]
        log, left = carriers.log, carriers.still_there(model)
        readers = np.count_nonzero(carriers.readers.watched)
        own = log.carrier == log.name >> 16
        keys, row = np.unique(2 * log.carrier + own, return_inverse=True)  # the topic stream's is negative
        account, own = keys // 2, keys % 2 == 1
        known = np.where(account == STREAM, 0, account)
        society, stream = model.society, account == STREAM
        role = society.group[known].astype(np.int64)
        role[(role == Group.CITIZEN) & (society.created[known] > 0)] = NEWCOMER
        return {
            "day": np.full(keys.size, model.day),
            "account": account,
            "role": np.where(stream, TOPIC_STREAM, role),
            "own": own,
            "followers": np.where(stream, 0, model.followers[known]),
            "stands_for": np.where(stream, 1.0, model.stands_for(known)),
            "messages": _distinct(row, log.name, keys.size),
            "readings": np.bincount(row, minlength=keys.size) / readers,
            "reached": _distinct(row, log.reader, keys.size) / readers,
            "direct": _sums(row, np.where(log.channel == DIRECT, left, 0.0), keys.size) / readers,
            "relayed": _sums(row, np.where(log.channel == RELAYED, left, 0.0), keys.size) / readers,
        }


def _sums(row: NDArray[np.int64], values: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    return np.bincount(row, weights=values, minlength=rows).astype(np.float64)


def _distinct(row: NDArray[np.int64], values: NDArray[Any], rows: int) -> NDArray[np.int64]:
    """How many different values each row has."""
    number = np.unique(values, return_inverse=True)[1]
    pairs = np.unique(row * (number.max(initial=0) + 1) + number)
    return np.bincount(pairs // (number.max(initial=0) + 1), minlength=rows)
