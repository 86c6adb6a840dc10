"""Small worlds and branches in which everything happens, and how to run and compare stages. Random ones are in
``tests.strategies``."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.actors.campaign import Campaign, Sleepers, TrollGroup
from sim.actors.organisers import Organisers
from sim.actors.outlets import Outlets
from sim.actors.second_platform import Pages, SecondPlatform
from sim.branch import Branch
from sim.calendar import Calendar, Event
from sim.engine.engine import Engine
from sim.engine.state import ARRAYS, State
from sim.feed.settings import Feed
from sim.feed.severity import Severity
from sim.graph import Social
from sim.moderation import (
    Appeals,
    Labels,
    Perfect,
    Policy,
    PreemptiveRemoval,
    Rates,
    Takedown,
    TipOff,
)
from sim.opinion import (
    BoundedConfidence,
    Opinion,
)
from sim.opinion.expression import Expression
from sim.opinion.mobilisation import Mobilisation
from sim.people.legitimacy import Legitimacy
from sim.people.newcomers import Newcomers
from sim.people.people import Population
from sim.people.signals import Signals
from sim.people.trust import Trust
from sim.simulation import begin, begun
from sim.world import World

FIRST_DAY = datetime.date(2019, 5, 1)  # a Wednesday


def date(day: int) -> str:
    """ISO date of a day of the small worlds."""
    return (FIRST_DAY + datetime.timedelta(days=day)).isoformat()


def busy_world(**changes: Any) -> World:
    """A small world in which everything happens within three days: reshares, silence, flooding, deception, calls, events of
    both sides, a topic stream that overflows, sleepers that wake, newcomers, low-quality messages, copied texts and reports.
    ``changes`` as in
    ``World.replace``."""
    world = World(
        people=120,
        days=3,
        first_day=FIRST_DAY.isoformat(),
        ticks_per_day=6,
        burn_in_days=1,
        population=Population(sessions_per_day=3.0, topic_readers=0.6, newcomers=Newcomers(share=0.2)),
        graph=Social(followees=8.0, hub_cap=0.3),
        calendar=Calendar(
            events=(
                Event(date(1), 1, "march", 15),
                Event(date(1), -1, "rally", 11),
                Event(date(2), -1, "rally", 20),
                Event(date(9), 1, "after the calendar", 12),
            ),
            clock=(0.05, 0.1, 0.15, 0.2, 0.3, 0.2),
            event_pull=0.03,
        ),
        feed=Feed(length=7, memory=3, topic_slots=2, topic_capacity=5, topic_half_life=4.0, measure_quality=True),
        opinion=Opinion(rule=BoundedConfidence(strength=0.05), anchoring=0.02),
        expression=Expression(posting=0.6, on_topic_share=0.7, slogans=4, slogan_share=0.3),
        mobilisation=Mobilisation(threshold_spread=1.0, call=0.4, call_window_days=0.5),
        organisers=Organisers(accounts=4, followers=25.0, scripts=2, scripted_share=0.5),
        campaign=Campaign(
            accounts=9,
            stance=-0.6,
            groups=(
                TrollGroup("known", 0.4, (0.0, 0.5, 1.0), (5.0, 20.0, 40.0)),
                TrollGroup("fresh", 0.6, (0.0, 1.0), (0.0, 15.0)),
            ),
            local_follower_share=1.0,
            on_topic_share=0.8,
            daily_posts=(20.0, 30.0, 60.0, 40.0, 40.0),
            clock=(0.3, 0.1, 0.1, 0.1, 0.1, 0.3),
            activity_levels=(0.0, 0.5, 1.0),
            activity=(1.0, 3.0, 20.0),
            new_share=0.6,
            amplified=2,
            flooding=3,
            deception=0.3,
            scripts=3,
            scripted_share=0.7,
            sleepers=Sleepers(
                accounts=11,
                waking_rate=0.6,
                created_before=0.5,
                created_until=2.0,
                posts_per_day=5.0,
                on_topic_share=0.9,
                follow_half_life_days=0.4,
                group=TrollGroup("sleepers", 1.0, (0.0, 1.0), (5.0, 25.0)),
            ),
        ),
        signals=Signals(observe=True, reports=0.2, mistaken_reports=0.02),
    )
    return world.replace(changes)


# Changes to the busy world: dehumanising messages, legitimacy that they and events move and that moves turnout, trust, and
# organisers who publish an agenda (days 0 to 2 are Wednesday to Friday).
STANDING: dict[str, Any] = {
    "severity": Severity(campaign=0.5, citizens=0.3, hostile=0.2, appeal=3.0, reports=4.0),
    "legitimacy": Legitimacy(peaceful=0.1, violent=0.3, dehumanising=0.02, half_life_days=5.0),
    "trust": Trust(own_suspension=0.4, lost_followee=0.02, disclosure=0.1, half_life_days=5.0),
    "mobilisation.legitimacy_weight": 3.0,
    "organisers.agenda_weekday": 3,
}


# Changes to the busy world: outlets, and a second platform with pages of all sides.
TWO_PLATFORMS: dict[str, Any] = {
    "outlets": Outlets(accounts=2, followers=30.0, scripts=1),
    "second": SecondPlatform(
        members=0.7,
        visits=0.8,
        followees=6.0,
        campaign=(Pages("pages", 3, 60.0), Pages("groups", 2, 20.0)),
        campaign_posts_per_day=4.0,
        organisers=(Pages("pages", 1, 20.0),),
        outlets=(Pages("newspapers", 2, 40.0),),
    ),
}


def forking_world() -> World:
    """A busy world in which ``forked_branches`` part on different days, with sleepers who would wake long after they are gone."""
    return busy_world(days=4, **{"campaign.sleepers.waking_rate": 0.05})


def forked_branches(*names: str) -> dict[str, Branch]:
    """Branches (default: all) that are forked at their first policy, from day 0 on, and shadowed while only sleepers are gone."""
    branches = {
        "none": Branch(),
        "removal": Branch((Takedown(1, Rates(tpr=0.7, fpr=0.3), accounts=20),)),
        "preemptive": Branch((PreemptiveRemoval(1, accounts=3),)),
        "no campaign": Branch(campaign=False),
    }
    return {name: branches[name] for name in names or branches}


def busy_branch() -> Branch:
    """Policies for ``busy_world`` that remove trolls, sleepers and innocents on several days."""
    return Branch(
        policies=(
            Takedown(1, detector=Rates(tpr=0.5, fpr=0.1), accounts=8),
            PreemptiveRemoval(1, detector=Rates(salt=4, tpr=0.5, fpr=0.02), accounts=4),
            Takedown(date(2), detector=Perfect(), accounts=2),
        )
    )


def busy_branch_of_two() -> Branch:
    """Policies on both platforms of a busy world that has two: removals, labels, a tip-off that also hits outlets, appeals."""
    return Branch(
        policies=(
            *busy_branch().policies,
            Labels(0, Rates(salt=5, tpr=0.8, fpr=0.1), 0.3, 0.5, platform="second"),
            TipOff(0, 0.5, Rates(salt=6, tpr=0.6, fpr=0.3)),
            Appeals(0, 0.5, 0.8, Rates(salt=7, tpr=0.8, fpr=0.2), platform="second"),
        )
    )


def without(branch: Branch, kind: type[Policy]) -> Branch:
    """The branch without policies of a kind."""
    return replace(branch, policies=tuple(policy for policy in branch.policies if not isinstance(policy, kind)))


def run(
    world: World,
    branch: Branch | None = None,
    seed: int = 1,
    engine: str = "arrays",
    until: int | None = None,
    **more: Any,
) -> Engine:
    """A model that has run to step ``until`` (None: to the end)."""
    model = begin(world, branch, seed, engine, **more).engine
    model.advance(model.last_step if until is None else until)
    return model


def forked(trunk: Engine, branch: Branch | None = None, engine: str = "arrays") -> Engine:
    """A run that goes on from the present of another, in a branch and an engine of its own."""
    start = trunk.snapshot()
    return begun(
        trunk.world, branch, trunk.seed_of_run, engine, population_seed=trunk.population_seed, start=start
    ).engine


def canonical(state: State) -> State:
    """The state with its topic stream in the order of its priorities, and without unused slots."""
    used = int(state.stream_size[0])
    keys = (state.stream_counterpart[:used], state.stream["created"][:used], state.stream["author"][:used])
    order = np.lexsort((*keys, state.stream_priority[:used]))
    names = [name for name, declared in ARRAYS.items() if declared.shape[0] == "slots"]
    return state._replace(**{name: getattr(state, name)[:used][order] for name in names})


def daily(model: Engine) -> pd.DataFrame:
    """What was measured each day."""
    return pd.DataFrame(model.daily)


def assert_same(a: Engine, b: Engine, removals: bool = True) -> None:
    """Both stages are in the same state, bit for bit, and have measured the same; without ``removals`` it may have cost
    moderators different work to get there."""
    assert a.step_index == b.step_index
    left, right = canonical(a.state), canonical(b.state)
    for name in State._fields:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name, strict=True)
    assert a.digest == b.digest
    work = [] if removals else ["review_hours"]
    pd.testing.assert_frame_equal(
        daily(a).drop(columns=work, errors="ignore"), daily(b).drop(columns=work, errors="ignore"), check_exact=True
    )
    if removals:
        assert a.removals == b.removals
