"""Relays: what all carriers moved adds up to what is traced, as the readable engine has it by hand; following changes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings

import sim
from sim.branch import Branch
from sim.engine.agents import AgentEngine, Citizen, Item, Reading, SecondAccount
from sim.engine.kernels.carrying import STREAM
from sim.feed.settings import FEEDS
from sim.fields import InputError
from sim.moderation import Disclosure
from sim.opinion.rule import LEAST_SUM
from sim.outcomes.relays import KeptRelays
from sim.people.accounts import Role
from sim.run import recording
from sim.simulation import begun
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.test_symmetry import mirrored, mirrored_branch
from tests.worlds import TWO_PLATFORMS, busy_branch, busy_branch_of_two, busy_world, forked_branches, forking_world

CHANNELS = ("direct", "relayed")


@dataclass(frozen=True)
class Carried(Reading):
    """A reading with the name of its message and who carried it."""

    name: tuple[int, int] = (-1, -1)
    carriers: tuple[int, ...] = ()


class Reader(Citizen):
    """Notes of each troll's message who carries it, and shares out what it moves."""

    def read(self, feed: list[Item]) -> list[Reading]:
        news = [item for item in feed if self.news(item)]
        return [
            Carried(
                **{f.name: getattr(reading, f.name) for f in fields(Reading)},
                name=item.entry.name,
                carriers=self.who(item),
            )
            for item, reading in zip(news, super().read(feed), strict=True)
        ]

    def who(self, item: Item) -> tuple[int, ...]:
        if item.from_stream:
            return (STREAM,)
        name = item.entry.name
        return tuple(
            followee.account
            for followee in self.followees()
            if any(entry.name == name and self.model.visible(entry) for entry in followee.outbox())
        )

    def change_mind(self, readings: list[Any]) -> Any:
        model, of = self.model, self.parameters
        x, rule = self.current_stances()[0], model.world.opinion.rule
        weights = [
            r.credibility * rule.checked_weight(x, r.stances[0], self.confidence_bound, model.rule_parameters)
            for r in readings
        ]
        if of.rule.averages:
            total = of.rule.own_weight + sum(weights)
            weights = [w / total if total >= LEAST_SUM else 0.0 for w in weights]
        anchoring = of.opinion.anchoring
        if of.rule.susceptible:
            weights, anchoring = [self.susceptibility * w for w in weights], 1.0 - self.susceptibility
        before = model.state.channel[self.person].copy()
        opinions = super().change_mind(readings)
        others = sum(w for w, r in zip(weights, readings, strict=True) if r.role != Role.TROLL)
        side = model.schedule.event_side[model.step_index]
        retained = 1.0 - others - anchoring - (of.calendar.event_pull if side else 0.0)
        for channel in range(2):
            steps = [
                (r, w * (r.stances[0] - x))
                for r, w in zip(readings, weights, strict=True)
                if r.role == Role.TROLL and r.relayed == channel
            ]
            raw = before[channel] * retained + sum(step for _, step in steps)
            cut = model.state.channel[self.person, channel] / raw if raw else 1.0
            credit = model.credit[self.person, channel]
            for key in credit:
                credit[key] *= retained * cut
            for reading, step in steps:
                for carrier in reading.carriers:
                    key = (carrier, carrier == reading.name[0])
                    credit[key] += cut * step / len(reading.carriers)
                    model.read[key].append((self.person, reading.name))
        return opinions


class SecondReader(SecondAccount, Reader):
    pass


class ByHand(AgentEngine):
    """Who carried what, written to be read: by person and channel what is left of what each carrier moved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, accounts=(Reader, SecondReader), **kwargs)
        self.credit: dict[Any, Any] = defaultdict(lambda: defaultdict(float))
        self.read: dict[Any, Any] = defaultdict(list)

    def provoke(self, share: float, strength: float, side: int) -> None:
        before = self.state.channel.copy()
        super().provoke(share, strength, side)
        for (person, channel), credit in self.credit.items():
            if before[person, channel]:
                for key in credit:
                    credit[key] *= self.state.channel[person, channel] / before[person, channel]

    def table(self) -> pd.DataFrame:
        rows = []
        for (account, own), readings in self.read.items():
            moved = [
                sum(
                    credit[account, own]
                    for (_, c), credit in self.credit.items()
                    if c == channel and (account, own) in credit
                )
                for channel in range(2)
            ]
            readers, names = ({reading[i] for reading in readings} for i in range(2))
            people = self.world.people
            rows.append(
                (
                    account,
                    own,
                    len(names),
                    len(readings) / people,
                    len(readers) / people,
                    *(part / people for part in moved),
                )
            )
        columns = ["account", "own", "messages", "readings", "reached", *CHANNELS]
        return pd.DataFrame(rows, columns=columns).sort_values(["account", "own"], ignore_index=True)


def followed(world: World, branch: Branch | None, seed: int, **options: Any) -> sim.Run:
    return sim.simulate(world, branch, seed, keep=sim.Relays(), **options)


def check(world: World, branch: Branch, seed: int) -> pd.DataFrame:
    """Hold what is kept of a run against the same by hand, and return it."""
    run = followed(world, branch, seed)
    for channel in CHANNELS:
        traced = run.outcomes[f"troll_part_{channel}"]
        assert run.relays[channel].sum() == pytest.approx(traced, rel=1e-9, abs=1e-12)
    engine = ByHand(world, branch, seed)
    engine.advance(engine.last_step)
    assert engine.digest == run.digest
    expected = engine.table()
    found = run.relays.astype({"messages": np.int64})[expected.columns.tolist()]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-7, atol=1e-12)
    return run.relays


@pytest.mark.parametrize(
    ("changes", "branch"),
    [
        ({}, busy_branch()),
        ({"feed.reading": "ranked"}, busy_branch()),
        ({"feed.reading": "arrival"}, Branch()),
        ({"opinion.rule": "degroot"}, Branch((Disclosure(day=1, backlash_share=0.5, backlash=0.3),))),
        ({"opinion.rule": {"name": "bounded_confidence", "strength": 0.9}}, Branch()),  # beyond the ends of the scale
    ],
    ids=["newest", "ranked", "arrival", "averages, disclosed", "strong"],
)
def test_what_all_carriers_moved_is_what_is_traced(changes: dict[str, Any], branch: Branch) -> None:
    found = check(busy_world(**changes), branch, 1)
    assert found["relayed"].abs().sum() > 0.0
    assert set(found.loc[found["own"], "role"]) <= {"troll", "sleeper"}
    assert (found.loc[found["role"].isin(["troll", "sleeper", "page"]), "relayed"] == 0.0).all()


def test_on_two_platforms_people_are_moved_once_by_what_is_carried_on_both() -> None:
    world = busy_world(**TWO_PLATFORMS)
    found = check(world, busy_branch_of_two(), 1)
    assert "page" in set(found["role"])


@given(cases(), SEEDS)
@settings(max_examples=6)
def test_carriers_of_any_world(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    assume(world.feed.reading in FEEDS)
    check(world, branch, seed)


@pytest.mark.slow
@given(cases(), SEEDS)
@settings(max_examples=60)
def test_carriers_of_many_worlds(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    assume(world.feed.reading in FEEDS)
    check(world, branch, seed)


def test_following_changes_nothing_and_both_engines_see_the_same() -> None:
    world, branch = busy_world(), busy_branch()
    plain, fast = sim.simulate(world, branch), followed(world, branch, 1, every=1)
    assert fast.digest == plain.digest
    pd.testing.assert_frame_equal(fast.timeline, plain.timeline)
    slow = followed(world, branch, 1, engine="agents", every=1)
    pd.testing.assert_frame_equal(fast.relays, slow.relays)
    days = fast.relays.groupby("day")[list(CHANNELS)].sum()
    for channel in CHANNELS:
        traced = plain.timeline.set_index("day")[f"troll_part_{channel}"]
        np.testing.assert_allclose(days[channel].reindex(traced.index, fill_value=0.0), traced, rtol=1e-9, atol=1e-13)


def test_without_a_campaign_nobody_carries_its_words() -> None:
    assert followed(busy_world(), Branch(campaign=False), 1).relays.empty


def test_in_the_mirrored_world_every_carrier_moves_as_far_to_the_other_side() -> None:
    world, branch = busy_world(), busy_branch()
    start = begun(world, None, 1, recorded=recording(world, world.days, (), sim.Relays(), None)).engine.snapshot()
    tables = []
    for side, what in ((start, branch), (mirrored(start), mirrored_branch(branch))):
        simulation = begun(world, what, 1, recorded=recording(world, world.days, (), sim.Relays(), None), start=side)
        tables.append(simulation.advance().run().relays)
    assert tables[0]["direct"].abs().sum() > 0.0
    one, other = tables
    pd.testing.assert_frame_equal(
        one, other.assign(**{channel: -other[channel] for channel in CHANNELS}), check_exact=True
    )


def test_branches_of_a_study_have_the_carriers_that_they_would_have_by_themselves() -> None:
    """Forked at their first policy, and shadowed while only sleepers are gone."""
    world, branches = forking_world(), forked_branches("none", "removal", "preemptive")
    study = sim.compare(world, branches, seeds=1, keep=sim.Relays(), every=2)
    for name, branch in branches.items():
        alone = followed(world, branch, 1, every=2)
        pd.testing.assert_frame_equal(study.runs[name, 1].relays, alone.relays, check_exact=True)
    assert list(study.relays.columns[:2]) == ["branch", "seed"]
    assert not study.runs["none", 1].relays.equals(study.runs["removal", 1].relays)


def test_a_fork_goes_on_from_what_was_carried_before() -> None:
    world = busy_world()
    simulation = sim.begin(world, keep=sim.Relays()).advance(1)
    fork = simulation.fork()
    whole = followed(world, None, 1).relays
    for each in (simulation, fork):
        pd.testing.assert_frame_equal(each.advance().run().relays, whole, check_exact=True)


def test_a_sample_of_readers_is_moved_as_its_channels_say() -> None:
    world = busy_world()
    simulation = sim.begin(world, keep=sim.Relays(readers=20)).advance()
    (carriers,) = simulation.engine.carriers.values()
    watched = carriers.readers.watched
    assert watched.sum() == 20
    moved = simulation.engine.state.channel[watched].mean(axis=0)
    found = simulation.run().relays
    np.testing.assert_allclose(found[list(CHANNELS)].sum(), moved, rtol=1e-9)
    assert (found["reached"] * 20 % 1 == 0.0).all()


def test_who_reads_opinions_is_brought_nothing() -> None:
    world = busy_world(**{"feed.reading": "one_random_followee", "opinion.rule": "voter"})
    with pytest.raises(InputError, match=r"must not be sim\.Relays in a world whose people read opinions"):
        followed(world, None, 1)


def test_relays_of_a_run_that_followed_nobody_are_asked_for_in_a_sentence() -> None:
    run = sim.simulate(busy_world(), days=1, keep="opinion")
    with pytest.raises(InputError, match=r"simulate it with keep=sim\.Relays\(\)"):
        _ = run.relays
    kept = recording(busy_world(), 1, (), sim.Relays(), None).keep
    assert isinstance(kept, KeptRelays) and kept.days_kept == [0]
