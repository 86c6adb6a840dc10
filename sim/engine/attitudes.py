"""What people think of the movement and of the platform: legitimacy and trust, brought up to date at the end of each day.

Both engines share it. During the day they only count the dehumanising messages that are read; suspensions and disclosures move
trust when they happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel
from sim.engine.state import State
from sim.feed.outbox import EMPTY
from sim.graph.new_edges import edge_has_come_alive
from sim.people.accounts import NOBODY, Status
from sim.people.legitimacy import of_a_day, returned
from sim.society.groups import Group
from sim.society.society import Society

if TYPE_CHECKING:
    from sim.engine.engine import Engine

_ACTIVE, _SLEEPER = int(Status.ACTIVE), int(Group.SLEEPER)


@lean_kernel
def count_lost_followees(
    seed: int, step: int, gone: NDArray[np.int64], is_gone: NDArray[np.bool_], follow_half_life: float, state: State,
    society: Society, lost: NDArray[np.int64],
) -> None:  # fmt: skip
    """Add to ``lost`` (people,) how many of the accounts ``gone`` each person with an active account followed."""
    for reader in range(society.group.size):
        person = society.person[reader]
        if person == NOBODY or state.status[reader] != _ACTIVE:
            continue
        first, last = (0, gone.size) if society.complete else (society.indptr[reader], society.indptr[reader + 1])
        for e in range(first, last):
            followee = gone[e] if society.complete else np.int64(society.followees[e])
            if is_gone[followee] and (
                society.group[followee] != _SLEEPER
                or edge_has_come_alive(seed, reader, followee, step - state.active_since[followee], follow_half_life)
            ):
                lost[person] += 1


class Attitudes:
    """Keeps the legitimacy of the movement and the trust in the platform of a run's people."""

    def __init__(self, model: Engine) -> None:
        self._model = model
        self._violence = self._violence_by_day()

    def _violence_by_day(self) -> dict[int, float]:
        """For each day with an event of the movement how violent the most violent of them was; days count from day 0."""
        model, violence = self._model, dict[int, float]()
        schedule, world = model.schedule, model.world
        for event, step, side in zip(world.calendar.events, schedule.join_step, schedule.join_side, strict=True):
            if step >= 0 and side == model.fixed.parameters.movement:
                day = int(step - world.burn_in_ticks) // world.ticks_per_day
                violence[day] = max(violence.get(day, 0.0), event.violence)
        return violence

    @property
    def moves(self) -> bool:
        """Whether the end of a day matters to either."""
        return self._model.world.legitimacy.moves or self._model.world.trust.moves

    def end_day(self) -> None:
        """Bring both up to date with the day that has just ended."""
        model, state = self._model, self._model.state
        legitimacy, trust = model.world.legitimacy, model.world.trust
        if legitimacy.moves:
            level = returned(state.legitimacy, model.society.legitimacy_at_start, legitimacy.half_life_days)
            violence = self._violence.get(model.day)
            if violence is not None:
                level[self._online_today()] += of_a_day(legitimacy, violence)
            if state.dehumanising_read.size:
                level -= legitimacy.dehumanising * state.dehumanising_read
                state.dehumanising_read[:] = 0.0
            np.clip(level, 0.0, 1.0, out=state.legitimacy)
        if trust.moves:
            state.trust[:] = returned(state.trust, trust.start, trust.half_life_days)

    def _online_today(self) -> NDArray[np.bool_]:
        """Who was awake in the day that has just ended, shape (people,)."""
        model, person = self._model, self._model.society.person
        awake = model.state.last_awake >= model.step_index - model.world.ticks_per_day
        online = np.zeros(model.society.anchor.size, dtype=bool)
        online[person[awake & (person != NOBODY)]] = True
        return online

    def suspended(self, accounts: NDArray[np.int64]) -> None:
        """Accounts have just been suspended. An account that has never posted is missed by nobody but its owner."""
        model, state, society = self._model, self._model.state, self._model.society
        trust = model.world.trust
        accounts = accounts[accounts < society.group.size]  # nobody has met the reserve
        if trust.own_suspension > 0.0:
            owners = society.person[accounts]
            self._lose(trust.own_suspension * np.bincount(owners[owners != NOBODY], minlength=state.trust.size))
        gone = accounts[state.outbox["author"][accounts, 0] != EMPTY]
        if trust.lost_followee > 0.0 and gone.size:
            is_gone, lost = np.zeros(society.group.size, dtype=bool), np.zeros(state.trust.size, dtype=np.int64)
            is_gone[gone] = True
            count_lost_followees(
                np.uint64(model.seed_of_run), model.step_index, gone, is_gone, model.parameters.ticks.follow_half_life,
                state, society, lost,
            )  # fmt: skip
            self._lose(trust.lost_followee * lost)

    def _lose(self, losses: NDArray[np.floating[Any]]) -> None:
        np.maximum(self._model.state.trust - losses, 0.0, out=self._model.state.trust)

    def disclosed(self) -> None:
        """The platform has just disclosed a campaign."""
        trust = self._model.state.trust
        np.minimum(trust + self._model.world.trust.disclosure, 1.0, out=trust)
