"""Whether an awake account posts, and what: something new or a message of its feed."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.engine.kernels.codes import NEW_OR_RESHARE, OF_CITIZEN
from sim.engine.kernels.selecting import weight_of
from sim.engine.kernels.workspace import NEW, RESHARE, Decisions, Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.feed.outbox import OFF_TOPIC, compand, quantise, stance_of
from sim.feed.ranking import on_topic, reshare_race
from sim.moderation.flags import Flag
from sim.opinion.expression import confident, willing
from sim.randomness import Stream, uniform
from sim.society.society import Society

_LABELLED = int(Flag.LABELLED)
_FRICTION = int(Stream.FRICTION)
_FIRST_SIGHT = int(Stream.FIRST_SIGHT)
_FIRST_POST = int(Stream.FIRST_POST)


@inlined
def silent(person: int, opinion: float, inner: float, state: State, society: Society, parameters: Parameters) -> bool:
    """Whether the spiral of silence keeps a person from speaking."""
    if parameters.choices.by_confidence:
        return not confident(inner, society.courage[person])
    return parameters.expression.silence and not willing(opinion, state.climate[person], society.courage[person])


@inlined
def posts_first(seed: int, step: int, account: int, parameters: Parameters) -> bool:
    """Whether a citizen is one of those who post at the first tick of all."""
    return step == 0 and uniform(seed, _FIRST_POST, 0, account, 0) < parameters.expression.first_posts


@inlined
def _choose_reshare(
    seed: int, step: int, reader: int, shown: int, opinion: float, state: State, society: Society, parameters: Parameters,
    scratch: Scratch,
) -> int:  # fmt: skip
    """Candidate to reshare: the least running time with weight appeal x shares x recency; -1 if nothing is acceptable."""
    best = -1
    least = np.inf
    citizen = society.group[reader] == OF_CITIZEN
    confidence = np.float64(society.confidence_bound[society.person[reader]]) if citizen else 0.0
    for i in range(shown):
        c = scratch.feed[i]
        entry = scratch.entry[c]
        if (
            citizen
            and parameters.expression.reshare_congenial_only
            and entry.stance != OFF_TOPIC
            and abs(stance_of(entry.stance) - opinion) >= confidence
        ):
            continue
        w = weight_of(seed, step, c, society, parameters, scratch)
        if parameters.measures.label_reshare != 1.0 and state.flags[entry.author] & _LABELLED:
            w *= parameters.measures.label_reshare
        time = reshare_race(seed, reader, step, entry.author, entry.created, w)
        if time < least:
            least = time
            best = c
    return best


@inlined
def _choose_at_first_sight(
    seed: int, reader: int, shown: int, state: State, parameters: Parameters, scratch: Scratch
) -> int:
    """Candidate that the reader has decided to share and has not shared yet (the least draw first); -1 if none."""
    best = -1
    least = parameters.expression.first_sight
    for i in range(shown):
        c = scratch.feed[i]
        name = scratch.name[c]
        draw = uniform(seed, _FIRST_SIGHT, name & 0xFFFF, reader, name >> 16)
        if draw >= least or name >> 16 == reader:
            continue
        if (
            state.flags[name >> 16] & _LABELLED
            and draw >= parameters.expression.first_sight * parameters.measures.label_reshare
        ):
            continue
        carried = False
        for k in range(state.outbox.shape[1]):
            own = state.outbox[reader, k]
            if (np.int64(own.author) << 16) | np.int64(own.created) == name:
                carried = True
        if not carried:
            least = draw
            best = c
    return best


@inlined
def _take_up(step: int, c: int, scratch: Scratch, i: int, decisions: Decisions) -> None:
    """Decide to post candidate ``c`` again."""
    decisions.action[i] = RESHARE
    decisions.entry[i] = scratch.entry[c]
    decisions.entry[i].posted = step
    decisions.from_stream[i] = c >= scratch.first_from_stream[0]


@inlined
def shares_at_first_sight(
    seed: int, step: int, account: int, shown: int, state: State, parameters: Parameters, scratch: Scratch, i: int,
    decisions: Decisions,
) -> bool:  # fmt: skip
    """Whether the reader has decided to share one of the messages shown; they do, unless they drop it on being asked."""
    c = _choose_at_first_sight(seed, account, shown, state, parameters, scratch)
    if c >= 0 and not _put_off(seed, step, account, parameters):
        _take_up(step, c, scratch, i, decisions)
    return c >= 0


@inlined
def _put_off(seed: int, step: int, account: int, parameters: Parameters) -> bool:
    """Whether a citizen drops a reshare on being asked."""
    return (
        parameters.measures.friction > 0.0 and uniform(seed, _FRICTION, step, account, 0) < parameters.measures.friction
    )


@inlined
def speak(
    seed: int,
    step: int,
    account: int,
    shown: int,
    first: bool,
    state: State,
    society: Society,
    parameters: Parameters,
    scratch: Scratch,
    i: int,
    decisions: Decisions,
) -> None:
    """Decide what an account that speaks now posts: something new, or a message of its feed."""
    group = society.group[account]
    opinion = decisions.opinion[i]
    if (
        shown > 0
        and not first
        and uniform(seed, NEW_OR_RESHARE, step, account, 0) >= parameters.by_group.new_share[group]
    ):
        if group != OF_CITIZEN or not parameters.choices.at_first_sight:
            c = _choose_reshare(seed, step, account, shown, opinion[0], state, society, parameters, scratch)
            if c >= 0 and not (group == OF_CITIZEN and _put_off(seed, step, account, parameters)):
                _take_up(step, c, scratch, i, decisions)
        return
    decisions.action[i] = NEW
    entry = decisions.entry[i]
    entry.author = account
    entry.created = step
    entry.posted = step
    entry.stance = OFF_TOPIC
    entry.troll_shift = 0
    entry.organiser_shift = 0
    entry.event_shift = 0
    if on_topic(seed, account, step, parameters.by_group.on_topic_share[group]):
        entry.stance = quantise(opinion[0])
        entry.troll_shift = compand(opinion[0] - opinion[1])
        entry.organiser_shift = compand(opinion[1] - opinion[2])
        entry.event_shift = compand(opinion[2] - opinion[3])
