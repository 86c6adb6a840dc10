"""A sample of accounts, watched day by day: the campaign's with those whom it reaches, and people drawn of all.

Who is watched depends on who lives in the world alone, not on the branch: the same accounts are watched in every branch.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.fields import Settings, quantity
from sim.graph.follower_graph import FollowerGraph
from sim.opinion.provenance import FULL, WITHOUT_TROLLS
from sim.outcomes.kept import Kept, Rows
from sim.people.accounts import NOBODY
from sim.randomness import Stream, uniforms_of
from sim.society.groups import Group, of_campaign
from sim.society.society import Drawn

OPINION_STEPS, PART_STEPS = 127, 16_383
"""Whole numbers to a unit of opinion in which ``opinion`` and ``troll_part`` are kept."""
_SHARE_OF_CAMPAIGN, _SHARE_OF_READERS = 0.125, 0.5

# Columns with the types in which they are kept.
COLUMNS: dict[str, Any] = {
    "day": np.int32, "account": np.int32, "opinion": np.int8, "troll_part": np.int16, "status": np.int8, "posts": np.uint32,
    "joined_movement": np.uint16,
}  # fmt: skip


class Ring(IntEnum):
    """How far an account that is watched is from the campaign: one of its own, a follower of one, a follower of such a follower;
    the others are watched only because they were drawn of all people."""

    CAMPAIGN = 0
    READER = 1
    SECOND_HAND = 2
    NONE = 3


class Chosen(NamedTuple):
    """Who is watched: accounts, ascending, the ring of each, and whether it was drawn of all people; shape (watched,)."""

    accounts: NDArray[np.int64]
    ring: NDArray[np.uint8]
    drawn: NDArray[np.bool_]


@dataclass(frozen=True)
class Watch(Settings):
    """Accounts to be watched day by day, as ``keep`` of ``sim.simulate`` and ``sim.compare`` takes them."""

    around: int = quantity(
        1000, unit="accounts", low=0, high=2000, source="given by the user",
        doc="At most so many of the campaign's accounts and of those whom it reaches, directly or at second hand.",
    )  # fmt: skip
    people: int = quantity(
        1000, unit="accounts", low=0, high=2000, source="given by the user",
        doc="So many first accounts of citizens, drawn of all (all, where there are fewer).",
    )  # fmt: skip

    def chosen(self, drawn: Drawn) -> Chosen:
        """Who is watched of a society. An eighth of ``around`` are of the campaign, those whom most citizens follow; up to half
        are these and followers of theirs; the rest follow such followers."""
        around, ring = _snowball(drawn, self.around)
        citizens = np.flatnonzero(drawn.arrays.group[: drawn.world.people] == Group.CITIZEN)
        people = drawn_first(drawn, citizens, self.people)
        accounts = np.union1d(around, people)
        rings = np.full(accounts.size, Ring.NONE, dtype=np.uint8)
        rings[np.searchsorted(accounts, around)] = ring
        return Chosen(accounts, rings, np.isin(accounts, people))


@dataclass(frozen=True)
class Watched(Kept):
    """What is kept of the accounts to be watched, ascending."""

    watch: Watch

    @property
    def told(self) -> str:
        return f"{self.watch.around + self.watch.people:,} accounts watched every {self.every} days"

    @property
    def columns(self) -> dict[str, Any]:
        return COLUMNS

    def most(self, people: int) -> int:
        return self.watch.around + min(self.watch.people, people)

    def of_day(self, model: Engine) -> Rows:
        # Who is watched takes a look at every follow, so it is found out once a run.
        before = model.rows[self]
        accounts = before[0]["account"] if before else self.watch.chosen(model.drawn).accounts
        state, society = model.state, model.society
        person = society.person[accounts]
        held = person != NOBODY
        opinion = np.empty(accounts.size)
        opinion[held] = state.opinion[person[held], FULL]
        opinion[~held] = society.fixed_stance[accounts[~held] - model.world.people]
        moved, joined = np.zeros(accounts.size), np.zeros(accounts.size)
        moved[held] = opinion[held] - state.opinion[person[held], WITHOUT_TROLLS]
        joined[held] = state.joined[person[held], 0]
        return {
            "day": np.full(accounts.size, model.day),
            "account": accounts,
            "opinion": np.rint(opinion * OPINION_STEPS),
            "troll_part": np.rint(moved * PART_STEPS),
            "status": state.status[accounts],
            "posts": state.posts[accounts],
            "joined_movement": joined,
        }


def drawn_first(drawn: Drawn, accounts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of some accounts, by the luck of each, ascending."""
    luck = uniforms_of(drawn.seed, Stream.WATCHED, 0, accounts, 0)
    return np.sort(accounts[np.argsort(luck, kind="stable")[:most]])


def _snowball(drawn: Drawn, most: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Accounts, ascending, and their rings."""
    group, graph = drawn.arrays.group, drawn.graph
    follows = graph.followees[: graph.indptr[drawn.world.people]]  # those of citizens' first accounts
    followers = np.bincount(follows, minlength=graph.n) if not graph.complete else drawn.followers
    campaign = np.flatnonzero(of_campaign(group) & (followers > 0))
    ordered = campaign[np.argsort(-followers[campaign], kind="stable")]
    campaign = np.sort(ordered[: int(most * _SHARE_OF_CAMPAIGN)])
    citizens = group == Group.CITIZEN
    readers = drawn_first(drawn, _followers(graph, campaign, citizens), int(most * _SHARE_OF_READERS) - campaign.size)
    campaign = campaign[_followed(graph, readers)[campaign]]
    fresh = citizens.copy()
    fresh[_followers(graph, campaign, citizens)] = False
    second = drawn_first(drawn, _followers(graph, readers, fresh), most - campaign.size - readers.size)
    accounts = np.concatenate([campaign, readers, second])
    ring = np.repeat(
        np.array([Ring.CAMPAIGN, Ring.READER, Ring.SECOND_HAND], dtype=np.uint8),
        [campaign.size, readers.size, second.size],
    )
    order = np.argsort(accounts)
    return accounts[order], ring[order]


def _followers(graph: FollowerGraph, accounts: NDArray[np.int64], admitted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Those admitted who follow any of some accounts, ascending."""
    if graph.complete:
        return np.flatnonzero(admitted) if accounts.size else accounts
    wanted = np.zeros(graph.n, dtype=bool)
    wanted[accounts] = True
    at = np.flatnonzero(wanted[graph.followees])
    followers = np.unique(np.searchsorted(graph.indptr, at, side="right") - 1)
    return followers[admitted[followers]]


def _followed(graph: FollowerGraph, accounts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each account is followed by any of some, shape (accounts of the graph,)."""
    if graph.complete:
        return np.full(graph.n, accounts.size > 0)
    followed = np.zeros(graph.n, dtype=bool)
    for account in accounts:
        followed[graph.followees[graph.indptr[account] : graph.indptr[account + 1]]] = True
    return followed
