"""A tick on the second platform, as kernels over ranges of the accounts there that are awake.

A person has one opinion: who is awake on both platforms reads on both and then changes their mind once. Reading comes first
(``read``); the first account decides with what was read on either (``decide``); then accounts here post (``post``). Each
person's rows are thus written once, by the kernel that handles the first of their accounts that is awake, so results do
not depend on how accounts are divided among threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel
from sim.engine.kernels.codes import NEW_OR_RESHARE, OF_CITIZEN, POST
from sim.engine.kernels.feeds import look
from sim.engine.kernels.gathering import takes_all
from sim.engine.kernels.reading import change_mind, choose_report, gain_confidence, read_new_messages, recall, row_of
from sim.engine.kernels.speaking import shares_at_first_sight, silent, speak
from sim.engine.kernels.workspace import NOTHING, Decisions, Elsewhere, Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import Count, State
from sim.people.accounts import first_account
from sim.randomness import uniform
from sim.society.schedule import Schedule
from sim.society.society import Society

_READERS, _ROWS = int(Count.READERS), int(Count.ROWS_SCANNED)


# Feeds are looked at in three places: this is compiled once for all of them.
@lean_kernel
def _look(
    seed: int, step: int, account: int, whole: bool, state: State, society: Society, parameters: Parameters, scratch: Scratch
) -> tuple[int, int]:  # fmt: skip
    return look(seed, step, account, whole, False, state, society, parameters, scratch)


@lean_kernel
def read(
    seed: int, step: int, low: int, high: int, state: State, society: Society, schedule: Schedule, parameters: Parameters,
    scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere, first_row: int, counts: NDArray[np.int64],
) -> None:  # fmt: skip
    """Accounts elsewhere.account[low:high], whose decisions have the rows from ``first_row`` on, read what is new to them."""
    whole = parameters.choices.at_first_sight or parameters.feed.measure_quality or takes_all(parameters)
    for i in range(low, high):
        account = elsewhere.account[i]
        elsewhere.n[i] = 0
        if parameters.signals.observe:
            decisions.reported[first_row + i] = -1
        if society.group[account] != OF_CITIZEN:
            continue
        rows, shown = _look(seed, step, account, whole, state, society, parameters, scratch)
        counts[_ROWS] += rows
        n = read_new_messages(seed, step, account, shown, state, society, parameters, schedule, scratch, counts)
        if parameters.signals.observe:
            decisions.reported[first_row + i] = choose_report(seed, account, n, state, society, parameters, scratch)
        elsewhere.n[i] = n
        for k in range(n):
            for level in range(4):
                elsewhere.stance[i, k, level] = scratch.stance[k, level]
            elsewhere.role[i, k] = scratch.role[k]
            elsewhere.relayed[i, k] = scratch.relayed[k]
            elsewhere.factor[i, k] = scratch.factor[k]


@lean_kernel
def post(
    seed: int, step: int, awake: NDArray[np.int64], low: int, high: int, state: State, society: Society, schedule: Schedule,
    parameters: Parameters, weight: Any, rule_parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere,
    counts: NDArray[np.int64],
) -> None:  # fmt: skip
    """Accounts elsewhere.account[low:high] decide what to post; ``awake`` are those of the first platform that have decided.

    Whose first account is not awake changes their mind here.
    """
    people = society.anchor.size
    for i in range(low, high):
        account = elsewhere.account[i]
        group = society.group[account]
        row = awake.size + i
        opinion = decisions.opinion[row]
        decisions.action[row] = NOTHING
        state.last_awake[account] = step
        if group != OF_CITIZEN:
            for level in range(4):
                opinion[level] = society.fixed_stance[account - people]
            speak(seed, step, account, 0, False, state, society, parameters, scratch, row, decisions)
            continue
        person = np.int64(society.person[account])
        first = row_of(awake, first_account(person, people))
        if first >= 0:
            for level in range(4):
                opinion[level] = decisions.opinion[first, level]
            inner = decisions.inner_confidence[first]
        else:
            counts[_READERS] += 1
            n = recall(elsewhere, i, 0, scratch)
            change_mind(
                step,
                person,
                n,
                elsewhere.discredits,
                state,
                society,
                parameters,
                schedule,
                weight,
                rule_parameters,
                scratch,
                opinion,
            )
            inner = gain_confidence(person, n, state, parameters, scratch) if parameters.choices.by_confidence else 0.0
        decisions.inner_confidence[row] = inner
        if parameters.choices.at_first_sight:
            whole = parameters.choices.at_first_sight  # a literal would be of another type
            _, shown = _look(seed, step, account, whole, state, society, parameters, scratch)
            if shares_at_first_sight(seed, step, account, shown, state, parameters, scratch, row, decisions):
                continue
        if uniform(seed, POST, step, account, 0) >= parameters.expression.posting:
            continue
        if silent(person, opinion[0], inner, state, society, parameters):
            continue
        shown = 0
        reshares = uniform(seed, NEW_OR_RESHARE, step, account, 0) >= parameters.by_group.new_share[group]
        if reshares:
            _, shown = _look(seed, step, account, reshares, state, society, parameters, scratch)
        speak(seed, step, account, shown, False, state, society, parameters, scratch, row, decisions)
