"""The topic stream: what is found under the affair's hashtag on the first platform, which whoever posts there often can flood.

**Entry.** At the end of each tick its posts on the topic, new or reshared, enter in the order of the accounts that made them,
each unless its account is beyond a limit (``within_limit``). A message that is in the stream already has the weight of another
post added (``weight_of_post``), and is its latest carrier's.

**Capacity.** The stream holds ``feed.topic_capacity`` messages, those of least priority: a race in which weights halve every
``feed.topic_half_life`` ticks (``topic_priority``). Where it is full, the first to go (``goes_before``) gives way to a message
of less priority; others do not get in.

**Slots.** A reader of the stream (``population.topic_readers``) is shown at most ``feed.topic_slots`` of its messages besides
the feed: of those that may be shown (``may_be_shown``), and that are neither expired, taken down nor hidden as anywhere else,
the ones of least ``topic_race``. A slot stays empty if its message is one that followees carry, for the feed is where it is seen,
or if another slot shows a counterpart of it.

**Scale.** The stream is that of reality at any scale: each of its slots holds a message in reality. One that a modelled person
writes stands for as many as the person does for people, its counterparts, which race side by side, each with luck of its own
(``waiting_time``). So does what the person reshares from the feed: it is so many messages like that one that are reshared, each
once. But what is reshared from the stream is reshared because it is there: all those reshares go to its counterparts in the
stream. An account with an agenda stands for itself, and so does its message until a person reshares it. (A sample of the
messages would not do: the stream chooses one of hundreds, and what it shows spreads because it is shown; in a small sample there
is nothing to choose from.)

Both engines call these compiled functions, and keep the loops.
"""

from __future__ import annotations

from numba import float64, int64, types, uint64

from sim.compiled import inlined, scalar
from sim.randomness import Stream, exponential, uniform_inline
from sim.tables import log2

_CHOICE, _ENTRY = int(Stream.TOPIC_CHOICE), int(Stream.TOPIC_ENTRY)


@scalar(types.boolean(int64, int64))
def within_limit(recent: int, limit: int) -> bool:
    """Whether a post enters of an account that has made so many ``recent`` ones on the topic, this one included (0: no limit)."""
    return limit == 0 or recent <= limit


@scalar(float64(types.boolean, int64))
def weight_of_post(of_campaign: bool, flooding: int) -> float:
    """What a post adds to the weight of its message, and to its shares: the campaign's accounts post it ``flooding`` times."""
    return float(flooding) if of_campaign else 1.0


@scalar(float64(uint64, int64, int64, int64, float64))
def waiting_time(seed: int, author: int, created: int, counterpart: int, counterparts: float) -> float:
    """The time in the race for the stream from one of a message's ``counterparts`` to the next, or from the start to the first
    (0): the first of n exponential times is one divided by n, and the next comes after it as the first of those left."""
    return exponential(seed, _ENTRY, created, author, counterpart) / (counterparts - counterpart)


@scalar(float64(float64, float64, int64, float64))
def topic_priority(arrives: float, weight: float, posted: int, half_life: float) -> float:
    """Priority of a message in the topic stream (least first), given when it ``arrives``: an exponential race with weights that
    halve with age, in logarithms, so that the order of two messages never changes as time passes."""
    return log2(arrives) - log2(weight) - posted / half_life


@scalar(types.boolean(float64, int64, int64, int64, float64, int64, int64, int64))
def goes_before(
    priority: float, author: int, created: int, counterpart: int,
    other_priority: float, other_author: int, other_created: int, other_counterpart: int,
) -> bool:  # fmt: skip
    """Whether a message leaves a full stream before another one: the larger priority, then the larger name, then the later
    counterpart."""
    if priority != other_priority:
        return priority > other_priority
    if author != other_author:
        return author > other_author
    if created != other_created:
        return created > other_created
    return counterpart > other_counterpart


@scalar(types.boolean(int64, int64, types.boolean, float64, float64))
def may_be_shown(reader: int, author: int, carried: bool, shares: float, breaker: float) -> bool:
    """Whether a message may be in a slot: somebody else's, ``carried`` last by an account that is active, and with fewer
    ``shares`` than the circuit ``breaker`` admits."""
    return author != reader and carried and shares < breaker


@inlined
def topic_race_inline(seed: int, reader: int, step: int, author: int, created: int, counterpart: int) -> float:
    """``topic_race`` for use in a kernel, where a loop over messages computes several at a time."""
    # Streams are numbers below 256, in a word of 32 bits.
    return uniform_inline(seed, _CHOICE + (counterpart << 8), (step << 16) | created, reader, author)


@scalar(float64(uint64, int64, int64, int64, int64, int64))
def topic_race(seed: int, reader: int, step: int, author: int, created: int, counterpart: int) -> float:
    """Running time of a message of the topic stream in the race to be shown to this reader now; the least are shown.

    All have the same weight here (the stream has weighed them already), so the draw itself orders them as its logarithm would.
    """
    return topic_race_inline(seed, reader, step, author, created, counterpart)
