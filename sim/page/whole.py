"""A world as a page's kernel has it: at its start, with nothing left to decide that the page could not decide."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np

from sim.actors.adaptation import Rebuilding
from sim.actors.volume import posting_plan, weekly_rhythm
from sim.engine.arrays import ArrayEngine
from sim.outcomes import OUTCOMES
from sim.outcomes.ended import make_room
from sim.page.kernels.moderating import Row
from sim.page.kernels.operating import Operator
from sim.page.kernels.ranking import Ranking
from sim.page.kernels.showing import Shown
from sim.page.kernels.stretch import Whole
from sim.page.kernels.work import Work
from sim.page.policies import ROWS
from sim.page.rules import numbers_of
from sim.society.groups import Group
from sim.society.society import Society
from sim.sums import make_sums


def whole_of(engine: ArrayEngine) -> Whole:
    """Everything that an engine at its start has, and what is planned in it for the whole calendar."""
    state = engine.state._replace(**_plans(engine))
    scratch, decisions, elsewhere = engine.workspace
    return Whole(
        seed=np.uint64(engine.seed_of_run),  # type: ignore[arg-type]
        rule_parameters=numbers_of(engine.world.opinion.rule),
        state=state,
        society=engine.society._replace(created=_created(engine.society)),
        schedule=engine.schedule,
        parameters=engine.fixed.parameters,
        scratch=scratch,
        decisions=decisions,
        elsewhere=elsewhere,
        planned=engine.planned,
        work=_work(engine),
    )


def _created(society: Society) -> np.ndarray:
    """``created`` of people; what of it matters of others is in ``registered_from``, and it is long where an operator holds many
    sleepers."""
    return np.where(society.group == Group.CITIZEN, society.created, 0).astype(society.created.dtype)


def _plans(engine: ArrayEngine) -> dict[str, np.ndarray]:
    """What the movement's leadership and the operator write down for their accounts in the course of a run, all at once: it is of
    steps to come, and does not depend on what happens."""
    planner = engine.fork()
    step = 0
    while step < planner.last_step:
        planner.leadership.act(step)
        step = planner.leadership.next_step(step + 1)
    planner.step_index = engine.world.burn_in_ticks
    planner.operator.act(planner.step_index)
    return {"posting": planner.state.posting, "calls": planner.state.calls}


def _operator(engine: ArrayEngine) -> Operator:
    campaign, actives = engine.world.campaign, engine.operator.actives
    order = np.argsort(-actives.weight, kind="stable")
    about = campaign.adaptation if isinstance(campaign.adaptation, Rebuilding) else Rebuilding()
    rhythm = weekly_rhythm(engine.world)
    return Operator(
        reacts=campaign.adaptation.reacts,
        **{field.name: getattr(about, field.name) for field in fields(about)},
        answer=np.zeros(3, dtype=np.int64),
        plan=posting_plan(engine.world),
        usual=campaign.sleepers.posts_per_day * rhythm,
        actives=actives.ids[order],
        weights=actives.weight[order],
        left=np.zeros(order.size),
        rest=np.zeros(order.size),
    )


def _work(engine: ArrayEngine) -> Work:
    world, society, registered = engine.world, engine.society, engine.drawn.registered
    people, accounts = society.anchor.size, society.group.size
    since = np.maximum(np.concatenate([society.created, engine.drawn.reserve]), 0)
    return Work(
        campaign=engine.branch.campaign,
        spares_innocents=engine.branch.spares_innocents,
        ticks_per_day=world.ticks_per_day,
        burn_in_ticks=world.burn_in_ticks,
        step=np.zeros(1, dtype=np.int64),
        review_hours=np.zeros(1),
        outcomes=np.full((world.days, len(OUTCOMES)), math.nan),
        room=make_room(accounts),
        policies=np.zeros((ROWS, Row.COLUMNS)),
        takedowns=np.zeros((ROWS, 3)),
        registered_from=since.astype(np.uint16),
        ends=np.zeros(world.ticks_per_day, dtype=np.int64),
        sessions=np.zeros(people * world.ticks_per_day, dtype=np.int32),
        awake=np.zeros(accounts, dtype=np.int64),
        on_duty=np.zeros(accounts - people, dtype=np.int64),
        operator=_operator(engine),
        ranking=Ranking(np.zeros(registered), np.zeros((2, registered), dtype=np.int32)),
        values=np.zeros(registered),
        sums=make_sums(),
        joined=np.zeros(1, dtype=np.int64),
        met=np.zeros((1, 8), dtype=np.int64),
        unfit=np.zeros((1, 4)),
        shown=np.zeros((world.feed.length + world.feed.topic_slots, Shown.COLUMNS)),
    )
