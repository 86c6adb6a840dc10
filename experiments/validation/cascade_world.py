"""Cascades: people who decide once, at first sight, whether to share a message, and how large every message becomes.

The decision is a draw of (reader, message), so that with the same seed a message that is shared less readily, or is removed
after some time, reaches a part of those it reaches otherwise: worlds are compared message by message. A message shared by every
sharer's followers K times on average (its branching factor, below 1) ends with 1 / (1 - K) sharers on average, its author among
them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import sim
from experiments.validation.check import ratio_and_error
from experiments.validation.worlds import LONGEST
from sim.actors import Campaign
from sim.calendar import Calendar
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.feed import Feed
from sim.feed.outbox import EMPTY
from sim.fields import InputError, quantity
from sim.graph import ErdosRenyi
from sim.opinion import Expression, Opinion, Voter
from sim.people import Population

PEOPLE = 50_000  # on the graph of a run, unless cascades need more
MOST_PEOPLE = 1_000_000
MOST_REMEMBERED = 32  # highest feed.memory
_SHOWN = 200  # highest feed.length
MOST_SEEN = _SHOWN // 2  # messages that people see at a time, on average, so that hardly anybody misses one
_FORGETTING = 1e-6  # chance that anybody in a run shares more than is remembered


class Posts(NamedTuple):
    """Posts of a run: the account that made each, the message's name (author and tick in one number), and the tick."""

    carrier: NDArray[np.int64]
    message: NDArray[np.int64]
    posted: NDArray[np.int64]

    def began(self) -> NDArray[np.int64]:
        """Tick in which the message of each post was created."""
        return self.message & 0xFFFF

    def where(self, which: NDArray[np.bool_]) -> Posts:
        """Some of the posts."""
        return Posts._make(column[which] for column in self)


class Sizes(NamedTuple):
    """Messages in ascending order, and how many people shared each, its author among them."""

    message: NDArray[np.int64]
    sharers: NDArray[np.int64]


def cascade_world(
    people: int, degree: float, share: float, posts: float, *, first_posts: float = 0.0, posting: float = 0.0,
    wake: float = 1.0, lifetime: int | None = None, ticks: int = LONGEST,
) -> sim.World:  # fmt: skip
    """People on a directed Erdos-Renyi graph who wake with probability ``wake`` in a tick and share a message at first sight
    with probability ``share``. A share ``first_posts`` of them begin by posting a message; later, who is awake and shares nothing
    posts one with probability ``posting``.

    ``posts`` is the mean number of a person's posts in the time in which none may be forgotten, nor, of so many by each followee,
    missed (InputError if they are too many): without a ``lifetime`` the whole run. Everybody has then to be awake on every tick,
    and posts disappear when those who want to share them must have done so.
    """
    seen = degree * posts if posting else min(degree * posts, first_posts * people)
    if seen > MOST_SEEN:
        raise InputError(
            f"must be fewer: people would see {seen:,.0f} of them at a time, and should see {MOST_SEEN} at most",
            field="messages",
        )
    memory = memory_for(posts, people)
    return sim.World(
        people=people,
        days=ticks,
        ticks_per_day=1,
        population=Population(sessions_per_day=wake, equal_sessions=True, topic_readers=0.0),
        graph=ErdosRenyi(followees=degree),
        calendar=Calendar(clock=(1.0,)),
        # Who posts so often at most has shared everything that was wanted after as many ticks.
        feed=Feed(length=_SHOWN, memory=memory, topic_slots=0, lifetime=memory if lifetime is None else lifetime),
        opinion=Opinion(rule=Voter(), anchoring=0.0),
        expression=Expression(
            posting=posting, new_share=1.0, on_topic_share=0.0, silence=False, sharing="at_first_sight",
            first_sight=share, first_posts=first_posts,
        ),
        campaign=Campaign(clock=(1.0,)),
    )  # fmt: skip


def memory_for(posts: float, people: int) -> int:
    """Posts that an outbox has to hold so that nobody forgets one, which they would then share again: each person makes a
    Poisson number of them with mean ``posts`` in the time that matters."""
    needed = max(1, int(stats.poisson.isf(_FORGETTING / people, posts)))
    if needed > MOST_REMEMBERED:
        raise _too_many(f"up to {needed:,}")
    return needed


def remembered(people: int) -> float:
    """The largest mean number of posts of a person that ``memory_for`` can do with."""
    return float(stats.gamma.ppf(_FORGETTING / people, MOST_REMEMBERED + 1))


def _too_many(count: str) -> InputError:
    return InputError(
        f"must be fewer: somebody would share {count} of them, and at most {MOST_REMEMBERED} can be remembered",
        field="messages",
    )


def people_field() -> Any:
    """The parameter ``people`` of a result about cascades."""
    return quantity(
        None, unit="people", low=100, high=MOST_PEOPLE, source="model choice",
        doc="N (none: 50,000, or as many more as cascades need that are not to feel that people are few).",
    )  # fmt: skip


def degree_field() -> Any:
    """The parameter ``degree`` of a result about cascades."""
    return quantity(10.0, unit="followees per person", low=1, high=100, source="model choice", doc="c.")


def people_needed(branching: float, degree: float, felt: float) -> int:
    """People among whom cascades below the threshold are smaller than on an endless graph by a share of at most ``felt``.

    When k people have shared a message, c k of the N people have decided about it and decide no more. This takes about
    c K / (2 N (1 - K)^3) off the mean number of sharers, relatively.
    """
    return math.ceil(round(degree * branching / (2.0 * felt * (1.0 - branching) ** 3), 6))


def people_for(people: int | None, needed: int, branching: float) -> int:
    """The people ``people`` or, for None, as many as are ``needed`` and at least 50,000. InputError if they are too few."""
    if needed > MOST_PEOPLE:
        raise InputError(
            f"must be lower where {branching:g} readers share a post: not to feel that people are few, cascades would take "
            f"{needed:,} people, and at most {MOST_PEOPLE:,} are possible",
            field="degree",
        )
    if people is not None and people < needed:
        raise InputError(
            f"must be at least {needed:,} where {branching:g} readers share a post, so that cascades do not feel that people are "
            f"few, not {people:,}",
            field="people",
        )
    return max(PEOPLE, needed) if people is None else people


def runs_for(runs: int, people: int) -> int:
    """So many runs on graphs of up to 50,000 people, and fewer where graphs are larger."""
    return max(1, round(runs * min(1.0, PEOPLE / people)))


def advance(engine: Engine, until: int) -> Posts:
    """Run to a step and return the posts made on the way; InputError if an outbox could not hold all of its own."""
    since, before = engine.step_index, _posts(engine)
    engine.advance(until)
    posts = _posts_since(engine, since)
    if posts.message.size < _posts(engine) - before:
        raise _too_many("more")
    return posts


def advance_until_quiet(engine: Engine) -> Posts:
    """Run a world in which everybody is always awake until nobody has posted for a tick; returns all posts."""
    while engine.step_index < engine.last_step:
        engine.advance(engine.step_index + 1)
        if not engine.state.counts[engine.step_index - 1, Count.NEW_POSTS : Count.RESHARES + 3].any():
            posts = _posts_since(engine, 0)
            if posts.message.size < _posts(engine):
                raise _too_many("more")
            return posts
    raise RuntimeError(f"people still share after {engine.last_step:,} ticks")


def _posts(engine: Engine) -> int:
    return int(engine.state.posts.sum(dtype=np.int64))


def _posts_since(engine: Engine, step: int) -> Posts:
    outbox = engine.state.outbox
    place = np.nonzero((outbox["author"] != EMPTY) & (outbox["posted"] >= step))
    entry = outbox[place]
    message = (entry["author"].astype(np.int64) << 16) | entry["created"]
    return Posts(place[0].astype(np.int64), message, entry["posted"].astype(np.int64))


def sizes(posts: Posts) -> Sizes:
    """How many people share each message."""
    return Sizes(*np.unique(posts.message, return_counts=True))


def mean_sharers(branching: float) -> float:
    """Mean number of sharers of a message with a branching factor below 1, its author among them."""
    return 1.0 / (1.0 - branching)


def reduction(branching: float, reduced: float) -> float:
    """Share of all sharing that is prevented when the branching factor falls: (K - K') / (1 - K')."""
    return 1.0 - mean_sharers(reduced) / mean_sharers(branching)


def messages_needed(branching: float, reduced: float, error: float) -> float:
    """Messages for which a reduction, measured by comparing message by message, has this standard error.

    With X sharers of a message and Y of them left, E[Y] = r E[X], a branching process gives Var(Y - r X) = E[Y]^2 (E[X] - E[Y]).
    """
    before, after = mean_sharers(branching), mean_sharers(reduced)
    return (after / before) ** 2 * (before - after) / error**2


class Compared(NamedTuple):
    """Sharers of the same messages in two worlds of the same seed."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]


def compare(before: Sizes, after: Sizes) -> Compared:
    """Put the messages side by side that both worlds have."""
    _, i, j = np.intersect1d(before.message, after.message, assume_unique=True, return_indices=True)
    return Compared(before.sharers[i], after.sharers[j])


def measured_reduction(runs: Sequence[Compared]) -> tuple[float, float]:
    """Share of all sharing that was prevented, with its standard error over messages."""
    left, error = ratio_and_error(
        np.concatenate([run.after for run in runs]), np.concatenate([run.before for run in runs])
    )
    return 1.0 - left, error
