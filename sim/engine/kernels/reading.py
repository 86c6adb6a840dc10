"""What a feed, or the opinions of others, does to its reader."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined
from sim.engine.kernels.codes import ACTIVE, OF_CITIZEN, ORGANISER, TROLL, role_of
from sim.engine.kernels.gathering import live_followees
from sim.engine.kernels.selecting import is_dehumanising, order_by_name
from sim.engine.kernels.workspace import Elsewhere, Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import Count, State
from sim.feed.outbox import OFF_TOPIC, expand, stance_of
from sim.feed.ranking import quality
from sim.feed.settings import RANDOM_ATTEMPTS
from sim.feed.traces import report_draw
from sim.moderation.flags import credibility
from sim.opinion.expression import confident, encouraged
from sim.opinion.provenance import channels_moved, clipped, drawn, moved
from sim.opinion.rule import LEAST_SUM, MOST_WEIGHT
from sim.randomness import Stream, uniform
from sim.society.schedule import Schedule
from sim.society.society import Society

_RANDOM = int(Stream.RANDOM_FOLLOWEE)
_IMPRESSIONS = int(Count.IMPRESSIONS)
_SLOTS = int(Count.SLOTS)
_QUALITY = int(Count.QUALITY)
_DEHUMANISING = int(Count.DEHUMANISING)
_QUALITY_UNIT = 4294967296.0


@inlined
def random_followee(seed: int, step: int, reader: int, state: State, society: Society) -> int:
    """One active followee, each as likely as the others; -1 if there is none.

    Candidates are drawn until one is active, so that a removal changes only the choices that had fallen on the removed.
    """
    accounts = society.group.size
    first = society.indptr[reader]
    degree = accounts - 1 if society.complete else society.indptr[reader + 1] - first
    if degree == 0:
        return -1
    for attempt in range(RANDOM_ATTEMPTS):
        i = np.int64(uniform(seed, _RANDOM, step, reader, attempt) * degree)
        followee = (i if i < reader else i + 1) if society.complete else np.int64(society.followees[first + i])
        if state.status[followee] == ACTIVE:
            return followee
    active = 0
    for i in range(degree):
        followee = (i if i < reader else i + 1) if society.complete else np.int64(society.followees[first + i])
        if state.status[followee] == ACTIVE:
            active += 1
    pick = np.int64(uniform(seed, _RANDOM, step, reader, RANDOM_ATTEMPTS) * active)
    for i in range(degree):
        followee = (i if i < reader else i + 1) if society.complete else np.int64(society.followees[first + i])
        if state.status[followee] == ACTIVE:
            if pick == 0:
                return followee
            pick -= 1
    return -1


@inlined
def says(account: int, state: State, society: Society, parameters: Parameters) -> bool:
    """Whether the opinion that an account holds now can be read: by confidence, people say it or are silent."""
    if not parameters.choices.by_confidence or society.group[account] != OF_CITIZEN:
        return True
    person = society.person[account]
    return confident(state.inner_confidence[person], society.courage[person])


@inlined
def read_current_opinion(followee: int, n: int, state: State, society: Society, scratch: Scratch) -> None:
    """Make the opinion that an account holds now the reading number ``n``."""
    group = society.group[followee]
    for level in range(4):
        if group == OF_CITIZEN:
            scratch.stance[n, level] = state.opinion[society.person[followee], level]
        else:
            scratch.stance[n, level] = society.fixed_stance[
                followee - (society.group.size - society.posting_weight.size)
            ]
    scratch.role[n] = role_of(group)
    scratch.relayed[n] = 0


@inlined
def read_all_opinions(
    seed: int, step: int, reader: int, state: State, society: Society, parameters: Parameters, scratch: Scratch
) -> int:
    """Read the opinions that all active followees hold now; return how many."""
    rows = live_followees(seed, step, reader, state, society, parameters, scratch)
    n = 0
    for i in range(rows):
        if says(scratch.row[i], state, society, parameters):
            read_current_opinion(scratch.row[i], n, state, society, scratch)
            n += 1
    return n


@inlined
def is_news(c: int, reader: int, since: int, scratch: Scratch) -> bool:
    """Whether a message of the feed is on the topic, somebody else's, and new to a reader who was last awake at a step."""
    entry = scratch.entry[c]
    return scratch.earliest[c] >= since and entry.stance != OFF_TOPIC and entry.author != reader


@inlined
def list_news(reader: int, since: int, shown: int, scratch: Scratch) -> int:
    """List what of the feed is news to a reader, by name; return how many messages are."""
    n = 0
    for i in range(shown):
        c = scratch.feed[i]
        if is_news(c, reader, since, scratch):
            scratch.new[n] = c
            n += 1
    order_by_name(n, scratch.new, scratch.name)
    return n


@inlined
def read_message(
    c: int,
    n: int,
    role: int,
    discredited: bool,
    state: State,
    society: Society,
    parameters: Parameters,
    scratch: Scratch,
) -> float:
    """Make a message, whose author has a ``role``, reading number ``n``, but for the parts of its stance; return the stance."""
    entry = scratch.entry[c]
    stance = stance_of(entry.stance)
    scratch.stance[n, 0] = stance
    scratch.role[n] = role
    scratch.relayed[n] = 0 if scratch.from_troll[c] else 1
    scratch.factor[n] = believed(np.int64(entry.author), stance, state, parameters) if discredited else 1.0
    return stance


@inlined
def read_new_messages(
    seed: int, step: int, reader: int, shown: int, state: State, society: Society, parameters: Parameters, schedule: Schedule,
    scratch: Scratch, counts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Read the messages of the feed that are new to the reader, a citizen; return how many are on the topic."""
    person = society.person[reader]
    if parameters.feed.measure_quality:
        for i in range(shown):
            entry = scratch.entry[scratch.feed[i]]
            author = np.int64(entry.author)
            role = role_of(society.group[author])
            counts[_SLOTS + role] += 1
            counts[_QUALITY] += np.int64(
                quality(seed, author, entry.created, role, parameters.feed.quality_rate) * _QUALITY_UNIT
            )
    n = list_news(reader, state.last_awake[reader], shown, scratch)
    discredited = discredits(parameters)
    for i in range(n):
        c = scratch.new[i]
        entry = scratch.entry[c]
        group = society.group[entry.author]
        role = role_of(group)
        counts[_IMPRESSIONS + role] += 1
        stance = read_message(c, i, role, discredited, state, society, parameters, scratch)
        scratch.stance[i, 1] = stance - expand(entry.troll_shift)
        scratch.stance[i, 2] = scratch.stance[i, 1] - expand(entry.organiser_shift)
        scratch.stance[i, 3] = scratch.stance[i, 2] - expand(entry.event_shift)
        if parameters.choices.dehumanises and is_dehumanising(seed, c, society, parameters, scratch):
            counts[_DEHUMANISING] += 1
            if state.dehumanising_read.size > 0:
                state.dehumanising_read[person] += scratch.factor[i]
        if role != TROLL and state.impressions.size > 0:
            state.impressions[person, group] += 1
        if role == TROLL:
            state.troll_impressions[person] += 1
        elif role == ORGANISER and stance != 0.0:
            side = 0 if stance > 0.0 else 1
            if state.calls[side, entry.created]:
                state.last_call[person, side] = step
    return n


@inlined
def believed(author: int, stance: float, state: State, parameters: Parameters) -> float:
    """By what factor measures change the weight of what an author says."""
    measures = parameters.measures
    return credibility(
        np.int64(state.flags[author]), stance, measures.label_persuasion, measures.discount, measures.disclosed,
        measures.resemblance,
    )  # fmt: skip


@inlined
def discredits(parameters: Parameters) -> bool:
    """Whether the weight of any message is less than it would be without measures; opinions read directly keep theirs."""
    return not parameters.choices.reads_opinions and (
        parameters.measures.label_persuasion < 1.0 or parameters.measures.discount > 0.0
    )


@inlined
def choose_report(
    seed: int, reader: int, n: int, state: State, society: Society, parameters: Parameters, scratch: Scratch
) -> int:
    """Whose message, of the ``n`` just read, the reader reports: the one with the least draw, if that is below the
    probability of a report; -1 if none is."""
    person = society.person[reader]
    confidence = np.float64(society.confidence_bound[person])
    reported = -1
    least = 1.0
    for i in range(n):
        distance = abs(scratch.stance[i, 0] - state.opinion[person, 0])
        probability = parameters.signals.reports if distance >= confidence else parameters.signals.mistaken_reports
        if parameters.choices.dehumanises and is_dehumanising(seed, scratch.new[i], society, parameters, scratch):
            probability *= parameters.severity.reports
        name = scratch.name[scratch.new[i]]
        draw = report_draw(seed, reader, name >> 16, name & 0xFFFF)
        if draw < probability and draw < least:
            least = draw
            reported = name >> 16
    return reported


@inlined
def weight_of_reading(
    weight: Any, x: float, stance: float, confidence: float, rule_parameters: Any, averages: bool, scratch: Scratch
) -> float:
    """Weight of a message by the world's rule; one that it must not give counts as 0, and the first is noted."""
    w = weight(x, stance, confidence, rule_parameters)
    if (0.0 if averages else -MOST_WEIGHT) <= w <= MOST_WEIGHT:
        return w
    if scratch.unfit[0] == 0.0:
        scratch.unfit[0] = 1.0
        scratch.unfit[1] = x
        scratch.unfit[2] = stance
        scratch.unfit[3] = confidence
    return 0.0


@inlined
def share_of_weights(
    x: float, person: int, n: int, discredited: bool, society: Society, parameters: Parameters, weight: Any, rule_parameters: Any,
    scratch: Scratch,
) -> tuple[float, float]:  # fmt: skip
    """What the weights of ``n`` readings are multiplied with, and how strongly the anchor pulls."""
    share, anchoring = 1.0, parameters.opinion.anchoring
    if parameters.rule.averages:
        confidence = np.float64(society.confidence_bound[person])
        share = parameters.rule.own_weight
        for i in range(n):
            w = weight_of_reading(weight, x, scratch.stance[i, 0], confidence, rule_parameters, True, scratch)
            share += w * scratch.factor[i] if discredited else w
        share = 1.0 / share if share >= LEAST_SUM else 0.0
    if parameters.rule.susceptible:
        share *= np.float64(society.susceptibility[person])
        anchoring = 1.0 - np.float64(society.susceptibility[person])
    return share, anchoring


@inlined
def change_mind(
    step: int, person: int, n: int, discredited: bool, state: State, society: Society, parameters: Parameters, schedule: Schedule,
    weight: Any, rule_parameters: Any, scratch: Scratch, out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Opinion (into ``out``), troll channels and perceived climate after ``n`` readings, of which some may be ``discredited``."""
    x = state.opinion[person]
    confidence = np.float64(society.confidence_bound[person])
    pull0 = pull1 = pull2 = pull3 = direct = relayed = other = total = 0.0
    share, anchoring = share_of_weights(
        x[0], person, n, discredited, society, parameters, weight, rule_parameters, scratch
    )
    for i in range(n):
        stance = scratch.stance[i]
        w = weight_of_reading(weight, x[0], stance[0], confidence, rule_parameters, parameters.rule.averages, scratch)
        if discredited:
            w *= scratch.factor[i]
        w *= share
        step0 = w * (stance[0] - x[0])
        pull0 += step0
        total += stance[0]
        if scratch.role[i] == TROLL:
            if scratch.relayed[i]:
                relayed += step0
            else:
                direct += step0
        else:
            other += w
            pull1 += w * (stance[1] - x[1])
            if scratch.role[i] != ORGANISER:
                pull2 += w * (stance[2] - x[2])
                pull3 += w * (stance[3] - x[3])
    side = schedule.event_side[step]
    event_pull = parameters.calendar.event_pull if side != 0.0 else 0.0
    anchor = society.anchor[person]
    to = drawn(x[0], pull0, anchor, anchoring, event_pull, side)
    out[0] = clipped(to)
    out[1] = moved(x[1], pull1, anchor, anchoring, event_pull, side)
    out[2] = moved(x[2], pull2, anchor, anchoring, event_pull, side)
    out[3] = moved(x[3], pull3, anchor, anchoring, 0.0, 0.0)
    channel = state.channel[person]
    channel[0], channel[1] = channels_moved(channel[0], channel[1], direct, relayed, other, anchoring, event_pull, to)
    if n > 0:
        state.climate[person] += parameters.expression.climate_memory * (total / n - state.climate[person])


@inlined
def gain_confidence(person: int, n: int, state: State, parameters: Parameters, scratch: Scratch) -> float:
    """Inner confidence after ``n`` readings, by how many are on the person's own side and on the other."""
    same = opposed = 0
    x = state.opinion[person, 0]
    for i in range(n):
        agreement = x * scratch.stance[i, 0]
        if agreement > 0.0:
            same += 1
        elif agreement < 0.0:
            opposed += 1
    return encouraged(state.inner_confidence[person], same, opposed, parameters.expression.confidence_step)


@inlined
def row_of(accounts: NDArray[np.int64], account: int) -> int:
    """Where an account is in an ascending list; -1 if it is not there."""
    row = np.searchsorted(accounts, account)
    return row if row < accounts.size and accounts[row] == account else -1


@inlined
def recall(elsewhere: Elsewhere, row: int, n: int, scratch: Scratch) -> int:
    """Add what an account has read on the second platform to ``n`` readings; return how many there are now."""
    for i in range(elsewhere.n[row]):
        for level in range(4):
            scratch.stance[n + i, level] = elsewhere.stance[row, i, level]
        scratch.role[n + i] = elsewhere.role[row, i]
        scratch.relayed[n + i] = elsewhere.relayed[row, i]
        scratch.factor[n + i] = elsewhere.factor[row, i]
    return n + elsewhere.n[row]
