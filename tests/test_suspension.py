"""A suspended account and what it wrote are in no feed from the tick of its suspension on, and back once it is restored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.branch import Branch
from sim.engine.agents import Account, AgentEngine, Citizen, Item
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.feed.outbox import EMPTY
from sim.moderation import Perfect, PreemptiveRemoval, Rates, Takedown
from sim.people.accounts import Role, Status
from sim.simulation import begin
from sim.society.groups import Group
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import busy_branch, busy_world, run


def status(model: Engine, account: int) -> int:
    return int(model.state.status[account])


def carriers(reader: Account, name: tuple[int, int]) -> list[int]:
    """Accounts that the reader follows whose outbox holds a message, whatever their status."""
    model = reader.model
    held = model.state.outbox
    found = (held["author"] == name[0]) & (held["created"] == name[1])
    return [account for account in reader._followee_ids() if found[account].any()]


def watch(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Check every feed, every choice from the topic stream and every reading of every agent; counts what was checked."""
    checked = {"feed": 0, "hidden": 0, "topic": 0, "read": 0, "random": 0, "all": 0}
    followees, feed, topic, read, random = (
        Account.followees,
        Account.feed_of,
        Citizen.topic_messages,
        Citizen.read,
        Citizen.one_random_followee,
    )

    def checked_feed(self: Account, carried: dict[tuple[int, int], Item]) -> list[Item]:
        items = feed(self, carried)
        for item in items:
            assert status(self.model, item.entry.author) == Status.ACTIVE
            holders = [status(self.model, account) for account in carriers(self, item.entry.name)]
            assert Status.ACTIVE in holders
            checked["hidden"] += Status.SUSPENDED in holders
        checked["feed"] += len(items)
        return items

    def checked_followees(self: Account) -> Iterator[Account]:
        for followee in followees(self):
            assert followee.active
            checked["all"] += 1
            yield followee

    def checked_topic(self: Citizen) -> list[Item]:
        items = topic(self)
        stream = list(self.model.topic_stream())
        for item in items:
            assert status(self.model, item.entry.author) == Status.ACTIVE
            slots = [message for message in stream if message.entry.name == item.entry.name]
            assert Status.ACTIVE in [status(self.model, message.carrier) for message in slots]
        checked["topic"] += len(items)
        return items

    def checked_read(self: Citizen, items: list[Item]) -> Any:
        assert all(status(self.model, item.entry.author) == Status.ACTIVE for item in items)
        checked["read"] += len(items)
        return read(self, items)

    def checked_random(self: Citizen) -> list[Account]:
        chosen = random(self)
        assert all(followee.active for followee in chosen)
        checked["random"] += len(chosen)
        return chosen

    monkeypatch.setattr(Account, "followees", checked_followees)
    monkeypatch.setattr(Account, "feed_of", checked_feed)
    monkeypatch.setattr(Citizen, "topic_messages", checked_topic)
    monkeypatch.setattr(Citizen, "read", checked_read)
    monkeypatch.setattr(Citizen, "one_random_followee", checked_random)
    return checked


def test_no_feed_shows_the_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = watch(monkeypatch)
    model = run(busy_world(), busy_branch(), 3, "agents")
    assert (model.state.status == Status.SUSPENDED).sum() > 5
    assert min(watched[name] for name in ("feed", "hidden", "topic", "read")) > 0


def test_nobody_reads_the_opinion_of_the_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = watch(monkeypatch)
    run(busy_world(**{"feed.reading": "one_random_followee"}), busy_branch(), 1, "agents")
    assert watched["random"] > 0
    run(busy_world(**{"feed.reading": "all_followees"}), busy_branch(), 1, "agents")
    assert watched["all"] > 0


@given(case=cases(), seed=SEEDS)
@settings(max_examples=25)
def test_no_feed_of_any_world_shows_the_suspended(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    with pytest.MonkeyPatch.context() as patch:
        watch(patch)
        run(world, branch, seed, "agents")


def halfway(engine: str = "agents") -> Any:
    """The busy world without policies in the middle of its calendar."""
    world = busy_world()
    return run(world, None, 1, engine, until=world.burn_in_ticks + world.ticks // 2)


def feeds(model: AgentEngine) -> dict[int, list[Item]]:
    """What every account would be shown now."""
    return {account.account: account.feed() for account in model.accounts}


def test_a_restored_account_is_back_in_every_feed() -> None:
    model = halfway()
    before = feeds(model)
    authors = {item.entry.author for items in before.values() for item in items}
    for account in sorted(authors)[::5]:
        former = status(model, account)
        model.suspend(np.array([account]))
        during = feeds(model)
        assert all(item.entry.author != account for items in during.values() for item in items)
        assert during != before
        model.state.status[account] = former
        assert feeds(model) == before


def test_a_restored_account_takes_part_again() -> None:
    """Suspended for one step and restored by hand, an account wakes and posts afterwards."""
    model = halfway("arrays")
    everybody = np.arange(model.world.people)
    posts = model.state.posts.copy()
    model.suspend(everybody)
    model.advance(model.step_index + 2)
    np.testing.assert_array_equal(model.state.posts[everybody], posts[everybody])
    model.state.status[everybody] = Status.ACTIVE
    model.advance(model.last_step)
    assert (model.state.posts[everybody] > posts[everybody]).sum() > 20


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_the_suspended_neither_read_nor_post_nor_change(engine: str) -> None:
    world = busy_world()
    day = world.burn_in_ticks + world.tick(1)
    policies = (Takedown(1, Rates(tpr=1.0, fpr=0.5), accounts=20), PreemptiveRemoval(1, Perfect(), accounts=11))
    before = run(world, None, 1, engine, until=day).state
    after = run(world, Branch(policies), 1, engine)
    gone = after.state.status == Status.SUSPENDED
    society = after.society
    assert {Group.CITIZEN, Group.ACTIVE_TROLL, Group.SLEEPER} <= {Group(g) for g in society.group[gone]}
    for name in ("posts", "head", "outbox", "last_awake", "active_since"):
        np.testing.assert_array_equal(getattr(after.state, name)[gone], getattr(before, name)[gone], err_msg=name)
    people = society.person[np.flatnonzero(gone & (society.group == Group.CITIZEN))]
    for name in ("opinion", "channel", "climate", "last_call", "troll_impressions"):
        np.testing.assert_array_equal(getattr(after.state, name)[people], getattr(before, name)[people], err_msg=name)
    assert after.state.counts[day:, Count.LOST_POSTS + Role.CITIZEN].sum() > 0
    assert not after.state.counts[:day, Count.LOST_POSTS :].any()


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_from_the_tick_of_the_takedown_on_nobody_sees_a_troll(engine: str) -> None:
    world = busy_world(**{"campaign.sleepers.created_before": 1.0})
    policies = (Takedown(1.5, accounts=20), PreemptiveRemoval(1.5, accounts=11))
    model = begin(world, Branch(policies), 1, engine).engine
    model.advance(model.last_step)
    day = world.burn_in_ticks + world.tick(1.5)
    seen = model.state.counts[:, Count.SLOTS + Role.TROLL]
    assert seen[:day].sum() > 0
    assert not seen[day:].any()
    assert not model.state.counts[day:, Count.NEW_POSTS + Role.TROLL].any()


def test_a_suspended_sleeper_never_wakes() -> None:
    world = busy_world(**{"campaign.sleepers.created_before": 1.0, "campaign.sleepers.waking_rate": 10.0})
    model = run(world, Branch((PreemptiveRemoval(0, accounts=11),)))
    sleepers = model.society.group == Group.SLEEPER
    assert (model.state.status[sleepers] == Status.SUSPENDED).all()
    assert (model.state.outbox["author"][sleepers] == EMPTY).all()
    assert (run(world).state.status[sleepers] == Status.ACTIVE).all()


def test_on_duty_is_who_can_be_awake_or_whose_lost_posts_count() -> None:
    policies = (Takedown(1, Rates(tpr=0.5, fpr=0.5), accounts=20), PreemptiveRemoval(1, Perfect(), accounts=5))
    model = run(busy_world(), Branch(policies))
    group, others = model.society.group.tolist(), range(model.world.people, model.society.group.size)
    active, silenced, lost = (
        [a for a in others if status(model, a) == held and (group[a] >= Group.ACTIVE_TROLL) in campaign]
        for held, campaign in (
            (Status.ACTIVE, (False, True)),
            (Status.SUSPENDED, (False,)),
            (Status.SUSPENDED, (True,)),
        )
    )
    assert active and silenced and lost
    assert model.on_duty().tolist() == sorted(active + silenced)
