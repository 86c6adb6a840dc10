"""A tick's first half on the first platform: awake accounts read the state left by the tick before and decide."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel, prefetch
from sim.engine.kernels.codes import NEW_OR_RESHARE, OF_CITIZEN, POST
from sim.engine.kernels.feeds import look
from sim.engine.kernels.gathering import lies_near, live_followees, takes_all
from sim.engine.kernels.reading import (
    change_mind,
    choose_report,
    discredits,
    gain_confidence,
    random_followee,
    read_all_opinions,
    read_current_opinion,
    read_new_messages,
    recall,
    row_of,
    says,
)
from sim.engine.kernels.speaking import posts_first, shares_at_first_sight, silent, speak
from sim.engine.kernels.topic_slots import list_stream
from sim.engine.kernels.workspace import NOTHING, Decisions, Elsewhere, Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import Count, State
from sim.randomness import uniform
from sim.society.schedule import Schedule
from sim.society.society import Society

_READERS = int(Count.READERS)
_ROWS = int(Count.ROWS_SCANNED)
_LINE = 16  # followees in a cache line


@inlined
def _fetch_ahead(awake: NDArray[np.int64], i: int, high: int, state: State, society: Society) -> None:
    """Have the memory fetched that the next accounts will read: they lie apart, and waiting for it takes longer than all else."""
    if society.complete or i + 4 >= high or lies_near(state):
        return
    account = awake[i + 4]
    prefetch(society.indptr, account)
    prefetch(society.person, account)
    prefetch(society.group, account)
    prefetch(state.last_awake, account)
    account = awake[i + 2]
    for e in range(society.indptr[account], society.indptr[account + 1], _LINE):
        prefetch(society.followees, e)
    person = np.int64(society.person[account])
    if person >= 0:
        prefetch(state.opinion, person)
        prefetch(state.channel, person)
        prefetch(state.climate, person)
        prefetch(society.anchor, person)
        prefetch(society.confidence_bound, person)


@lean_kernel
def decide(
    seed: int, step: int, awake: NDArray[np.int64], low: int, high: int, state: State, society: Society, schedule: Schedule,
    parameters: Parameters, weight: Any, rule_parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere,
    counts: NDArray[np.int64],
) -> None:  # fmt: skip
    """Accounts awake[low:high] of the first platform read the state left by the previous tick and decide; rows of others are only
    read."""
    citizens = society.group.size - society.posting_weight.size
    list_stream(state, scratch)
    for i in range(low, high):
        account = awake[i]
        _fetch_ahead(awake, i, high, state, society)
        group = society.group[account]
        decisions.action[i] = NOTHING
        if parameters.signals.observe:
            decisions.reported[i] = -1
        shown = 0
        first = group == OF_CITIZEN and posts_first(seed, step, account, parameters)
        would_post = (
            group != OF_CITIZEN or first or uniform(seed, POST, step, account, 0) < parameters.expression.posting
        )
        if not parameters.choices.reads_opinions and (
            group == OF_CITIZEN or parameters.by_group.new_share[group] < 1.0
        ):
            topic = (
                group == OF_CITIZEN
                and parameters.feed.topic_slots > 0
                and society.topic_reader[society.person[account]]
            )
            reshares = (
                would_post and uniform(seed, NEW_OR_RESHARE, step, account, 0) >= parameters.by_group.new_share[group]
            )
            whole = (
                reshares
                or parameters.choices.at_first_sight
                or parameters.feed.measure_quality
                or takes_all(parameters)
            )
            if group == OF_CITIZEN or reshares:
                rows, shown = look(seed, step, account, whole, topic, state, society, parameters, scratch)
            else:  # who neither reads nor reshares has no use for what followees carry
                rows = live_followees(seed, step, account, state, society, parameters, scratch)
            counts[_ROWS] += rows
        if group == OF_CITIZEN:
            person = np.int64(society.person[account])
            counts[_READERS] += 1
            if parameters.choices.one_random_followee:
                readings = 0
                followee = random_followee(seed, step, account, state, society)
                if followee >= 0 and says(followee, state, society, parameters):
                    read_current_opinion(followee, 0, state, society, scratch)
                    readings = 1
            elif parameters.choices.reads_opinions:
                readings = read_all_opinions(seed, step, account, state, society, parameters, scratch)
            else:
                readings = read_new_messages(
                    seed, step, account, shown, state, society, parameters, schedule, scratch, counts
                )
            if parameters.signals.observe and not parameters.choices.reads_opinions:
                decisions.reported[i] = choose_report(seed, account, readings, state, society, parameters, scratch)
            if society.twin.size > 0 and society.twin[account] >= 0:
                row = row_of(elsewhere.account, society.twin[account])
                if row >= 0:
                    readings = recall(elsewhere, row, readings, scratch)
            opinion = decisions.opinion[i]
            discredited = discredits(parameters) or elsewhere.discredits
            change_mind(
                step,
                person,
                readings,
                discredited,
                state,
                society,
                parameters,
                schedule,
                weight,
                rule_parameters,
                scratch,
                opinion,
            )
            inner = 0.0
            if parameters.choices.by_confidence:
                inner = gain_confidence(person, readings, state, parameters, scratch)
                decisions.inner_confidence[i] = inner
            state.last_awake[account] = step
            if not first:
                if parameters.choices.at_first_sight and shares_at_first_sight(
                    seed, step, account, shown, state, parameters, scratch, i, decisions
                ):
                    continue
                if not would_post or silent(person, opinion[0], inner, state, society, parameters):
                    continue
        else:
            for level in range(4):
                decisions.opinion[i, level] = society.fixed_stance[account - citizens]
            state.last_awake[account] = step
        speak(seed, step, account, shown, first, state, society, parameters, scratch, i, decisions)
