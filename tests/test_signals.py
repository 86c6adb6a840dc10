"""What a platform can see: counted as it says, without touching what it observes; newcomers; profiles of the real case."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.branch import Branch
from sim.engine.agents import AgentEngine, Citizen
from sim.engine.engine import Engine
from sim.engine.state import Count, Trace
from sim.feed.outbox import EMPTY
from sim.feed.traces import OWN_WORDS, script
from sim.fields import InputError
from sim.people.accounts import Status
from sim.people.profiles import correlated, rank_levels
from sim.simulation import begin
from sim.society.groups import Group
from sim.society.schedule import office_hours
from sim.society.society import draw
from sim.world import World
from tests.strategies.branches import branches
from tests.strategies.worlds import SEEDS, cases, worlds
from tests.worlds import assert_same, busy_branch, busy_world, run


@given(worlds(), st.data(), SEEDS)
@settings(max_examples=20)
def test_observing_changes_nothing_that_is_observed(world: World, data: st.DataObject, seed: int) -> None:
    branch = data.draw(branches(world.replace({"signals.observe": False})))  # no policy judges by what is not kept
    seen, unseen = (run(world.replace({"signals.observe": see}), branch, seed) for see in (True, False))
    for name in unseen.state._fields:
        if name != "traces":
            np.testing.assert_array_equal(getattr(seen.state, name), getattr(unseen.state, name), err_msg=name)
    assert unseen.state.traces.size == 0


@given(cases(), SEEDS)
@settings(max_examples=20)
def test_traces_add_up(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    model = run(world.replace({"signals.observe": True}), branch, seed)
    counts, traces, group = model.state.counts.sum(axis=0), model.state.traces, model.society.group
    for which in Group:
        assert traces[group == which, Trace.RESHARES].sum() == counts[Count.RESHARES + which]
        assert traces[group == which, Trace.COORDINATED].sum() <= counts[Count.NEW_POSTS + which]
    posts = model.state.posts - np.isin(group, (Group.ACTIVE_TROLL, Group.PAGE))  # these begin with one
    assert (traces[:, Trace.OFFICE_POSTS] <= posts).all()
    assert traces[:, Trace.REPORTS].sum() <= counts[Count.READERS]


def test_posts_in_office_hours_are_those_of_their_steps() -> None:
    model = run(busy_world())
    made = model.state.counts[:, Count.NEW_POSTS : Count.RESHARES + len(Group)].sum(axis=1)
    assert model.state.traces[:, Trace.OFFICE_POSTS].sum() == made[model.schedule.office > 0].sum() > 0


def test_office_hours_follow_the_calendar() -> None:
    world = sim.World.hk2019(people=1000, days=14, burn_in_days=2)
    ticks = np.arange(-48, world.ticks)
    for tick, open_now in zip(ticks, office_hours(world, ticks), strict=True):
        moment = datetime.datetime(2019, 5, 1) + datetime.timedelta(hours=int(tick))
        assert bool(open_now) == (moment.weekday() < 5 and 9 <= moment.hour < 18)


def posts_of(model: Engine, step: int) -> list[tuple[int, int, int]]:
    """Who posted which message (author, created) at a step."""
    held = model.state.outbox
    rows = np.argwhere((held["author"] != EMPTY) & (held["posted"] == step))
    return [(int(a), int(held[a, k]["author"]), int(held[a, k]["created"])) for a, k in rows]


def test_coordination_is_to_post_the_same_text_within_a_tick() -> None:
    model = begin(busy_world(), busy_branch(), 1).engine
    groups, seed, found = model.parameters.by_group, np.uint64(1), 0
    while model.step_index < model.last_step:
        before, step = model.state.traces[:, Trace.COORDINATED].copy(), model.step_index
        model.advance(step + 1)
        texts = {}
        for account, author, created in posts_of(model, step):
            if (account, step) == (author, created):
                g = model.society.group[account]
                texts[account] = script(
                    seed, author, created, groups.scripted[g], groups.first_script[g], groups.scripts[g]
                )
        copies = Counter(text for text in texts.values() if text != OWN_WORDS)
        expected = {account for account, text in texts.items() if copies[text] > 1}
        rose = model.state.traces[:, Trace.COORDINATED] - before
        assert set(np.flatnonzero(rose).tolist()) == expected
        assert rose.max() <= 1
        found += len(expected)
    assert found > 20


def test_each_kind_of_account_copies_its_own_texts() -> None:
    groups = run(busy_world(), until=0).parameters.by_group
    np.testing.assert_array_equal(groups.scripts, [4, 2, 50, 3, 3, 3])
    np.testing.assert_array_equal(groups.first_script, [0, 4, 6, 56, 56, 56])
    for g, share in enumerate((0.3, 0.5, 0.3, 0.7, 0.7, 0.7)):
        first, many = int(groups.first_script[g]), int(groups.scripts[g])
        drawn = np.array([script(np.uint64(1), a, 7, groups.scripted[g], first, many) for a in range(20_000)])
        copied = drawn[drawn != OWN_WORDS]
        assert copied.size / drawn.size == pytest.approx(share, abs=4 * (share * (1 - share) / drawn.size) ** 0.5)
        counts = np.bincount(copied - first, minlength=many)
        assert counts.size == many
        assert np.abs(counts - copied.size / many).max() < 4 * (copied.size / many) ** 0.5
    assert script(np.uint64(1), 1, 7, 0.9, 5, 0) == OWN_WORDS


def test_texts_of_citizens_are_fewer_by_what_they_stand_for_and_stay_at_least_one() -> None:
    for people, slogans in ((10_000, 10), (1000, 1)):
        groups = run(sim.World.hk2019(people=people, days=1, burn_in_days=0), until=0).parameters.by_group
        np.testing.assert_array_equal(groups.scripts, [slogans, 50, 50, 200, 200, 200])
    none = busy_world(**{"campaign.scripts": 0, "organisers.scripts": 0, "expression.slogans": 0})
    assert run(none).state.traces[:, Trace.COORDINATED].sum() == 0


@pytest.mark.parametrize(("reports", "mistaken"), [(1.0, 1.0), (0.2, 0.0), (0.0, 0.2), (0.0, 0.0)])
def test_who_disagrees_reports(monkeypatch: pytest.MonkeyPatch, reports: float, mistaken: float) -> None:
    """A reader reports one message at most, and where only those who disagree report, one they disagree with."""
    sessions: list[bool] = []
    choose = Citizen.choose_report

    def watched(self: Citizen, feed: Any) -> int | None:
        author = choose(self, feed)
        news, x = [item.entry for item in feed if self.news(item)], self.current_stances()[0]
        far = {e.author for e in news if abs(e.stance / 32767 - x) >= self.confidence_bound}
        near = {e.author for e in news if abs(e.stance / 32767 - x) < self.confidence_bound}
        allowed = (far if reports else set()) | (near if mistaken else set())
        assert author is None or author in allowed
        if reports == mistaken == 1.0:
            assert (author is not None) == bool(news)
        sessions.append(author is not None)
        return author

    monkeypatch.setattr(Citizen, "choose_report", watched)
    world = busy_world(**{"signals.reports": reports, "signals.mistaken_reports": mistaken})
    model = run(world, None, 1, "agents")
    assert model.state.traces[:, Trace.REPORTS].sum() == sum(sessions)
    assert any(sessions) == (reports + mistaken > 0)


# Newcomers


def newcomers(model: Engine) -> np.ndarray:
    return np.flatnonzero((model.society.group == Group.CITIZEN) & (model.society.created > 0))


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_newcomers_are_there_from_the_tick_of_their_registration(engine: str) -> None:
    model = begin(busy_world(), None, 1, engine).engine
    burn_in, new = model.world.burn_in_ticks, newcomers(model)
    assert 10 < new.size < 40
    while model.step_index < model.last_step:
        step = model.step_index
        model.advance(step + 1)
        there = model.society.created[new] <= step - burn_in
        np.testing.assert_array_equal(model.state.status[new] == Status.ACTIVE, there)
        absent = new[~there]
        assert (model.state.last_awake[absent] == -1).all()
        assert not model.state.posts[absent].any()
        assert not np.isin(model.state.outbox["author"], absent).any()
        seen = model.moderators[0].view().account
        registered = model.society.created <= max(0, model.step_index - burn_in)
        np.testing.assert_array_equal(seen, np.flatnonzero(registered))
    assert model.state.posts[new].sum() > 20
    assert not model.state.counts[:, Count.LOST_POSTS :][:, :2].any()


def test_without_newcomers_everybody_is_there_from_the_start() -> None:
    model = run(busy_world(**{"population.newcomers.share": 0.0}), until=0)
    assert newcomers(model).size == 0
    assert (model.state.status[: model.world.people] == Status.ACTIVE).all()


def test_registration_is_even_over_its_days() -> None:
    world = World(people=20_000, days=20, ticks_per_day=1, graph={"followees": 2.0})  # type: ignore[arg-type]
    changes = {"newcomers": {"share": 0.3, "registered_from": "2019-05-05", "registered_until": 14}}
    model = run(world.replace({"population": changes}), until=0)
    created = model.society.created[newcomers(model)]
    assert created.size == pytest.approx(6000, abs=4 * 65)
    per_day = np.bincount(created, minlength=20)
    assert not per_day[:4].any() and not per_day[14:].any()
    assert np.abs(per_day[4:14] - created.size / 10).max() < 4 * (created.size / 10) ** 0.5


def test_registration_must_lie_in_the_calendar() -> None:
    with pytest.raises(InputError, match=r"population.newcomers.registered_from must be a day from 0 to 2"):
        busy_world(**{"population.newcomers.registered_from": 3.0})
    with pytest.raises(InputError, match="registered_until must not be before registered_from"):
        busy_world(**{"population.newcomers": {"registered_from": 2.0, "registered_until": 1.0}})


def test_a_newcomer_marches_before_registering() -> None:
    """People are people, whether they have an account or not."""
    model = run(busy_world(**{"population.newcomers.share": 1.0, "mobilisation.threshold_spread": 0.0}))
    assert model.state.turnout[0] > 0.3 * model.world.people


# Profiles


def of_group(model: Engine, *groups: Group) -> np.ndarray:
    return np.flatnonzero(np.isin(model.society.group, groups))


def everybody_of(model: Engine, group: Group) -> np.ndarray:
    """Ids of a group's accounts, the reserve's among them."""
    return np.flatnonzero(model.drawn.groups_of(np.arange(model.drawn.registered)) == group)


def test_profiles_of_the_real_case() -> None:
    world = sim.World.hk2019(people=50_000, days=1, burn_in_days=0, **{"population.newcomers.share": 0.1})
    drawn = draw(world, 1)
    engine = begin(world, None, 1, society=drawn).engine
    followers, following = drawn.profile.followers, drawn.profile.following
    new, citizens = newcomers(engine), of_group(engine, Group.CITIZEN)
    old, sleepers = np.setdiff1d(citizens, new), everybody_of(engine, Group.SLEEPER)
    # Half of the purpose-made accounts had at most one follower; ordinary ones 640, and a tenth of those are bare here.
    assert np.median(followers[sleepers]) == 1
    assert 400 < np.median(followers[old]) < 700
    assert np.median(followers[new]) < 10
    assert (followers[sleepers] == 0).mean() == pytest.approx(0.49, abs=0.02)
    assert (followers[old] == 0).mean() == pytest.approx(0.1 * 0.49, abs=0.01)
    # Who has more followers in the model shows more, apart from bare profiles.
    ordinary = old[followers[old] > 100]
    assert (
        np.corrcoef(drawn.followers[ordinary].argsort().argsort(), followers[ordinary].argsort().argsort())[0, 1] > 0.8
    )
    assert (following[sleepers] == 0).mean() == pytest.approx(0.2, abs=0.03)
    ages = -np.concatenate([engine.society.created, drawn.reserve]) / 24
    actives = of_group(engine, Group.ACTIVE_TROLL)
    assert 500 < np.median(ages[actives]) < 900  # most were registered in August to October 2017
    assert np.median(ages[old]) == pytest.approx(1825, abs=60)
    assert (ages[sleepers] > 0).mean() == pytest.approx(0.46, abs=0.03)


def test_more_look_alikes_look_more_alike() -> None:
    medians = []
    for bare in (0.0, 0.5, 1.0):
        world = sim.World.hk2019(
            people=10_000, days=1, burn_in_days=0, **{"population.newcomers": {"share": 0.3, "bare": bare}}
        )
        model = begin(world, None, 1).engine
        new, sleepers = newcomers(model), everybody_of(model, Group.SLEEPER)
        profile = model.drawn.profile.followers
        medians.append(float((profile[new] <= np.median(profile[sleepers])).mean()))
    assert medians[0] < 0.02 < medians[1] < medians[2]
    assert medians[2] == pytest.approx((profile[sleepers] <= np.median(profile[sleepers])).mean(), abs=0.03)


def test_ranks_keep_the_order_of_counts() -> None:
    counts, accounts = np.random.default_rng(1).integers(0, 9, 5000), np.arange(5000)
    levels = rank_levels(counts, accounts, 3)
    assert (levels[counts == 3].max() < levels[counts == 4].min()) and levels.min() >= 0.0 and levels.max() < 1.0
    assert levels.mean() == pytest.approx(0.5, abs=0.01)
    np.testing.assert_array_equal(rank_levels(counts[::-1], accounts[::-1], 3)[::-1], levels)
    assert rank_levels(counts[:0], accounts[:0], 3).size == 0


@pytest.mark.parametrize("rho", [0.0, 0.36, 1.0])
def test_rank_correlation_is_what_it_says(rho: float) -> None:
    level = np.random.default_rng(1).random(40_000)
    other = correlated(level, np.arange(40_000), rho, 5)
    assert np.corrcoef(level, other)[0, 1] == pytest.approx(rho, abs=0.02)
    assert np.quantile(other, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.01)


def test_origins_of_logins_are_as_noisy_as_asked() -> None:
    world = sim.World.hk2019(people=20_000, days=1, burn_in_days=0)
    drawn = draw(world, 1)
    for groups, chance in (((Group.CITIZEN,), 0.1), ((Group.ACTIVE_TROLL, Group.SLEEPER), 0.7)):
        marked = drawn.profile.login[np.isin(drawn.groups_of(np.arange(drawn.registered)), groups)]
        assert marked.mean() == pytest.approx(chance, abs=4 * (chance * (1 - chance) / marked.size) ** 0.5)


@given(worlds_seed=SEEDS, share=st.sampled_from([0.0, 0.4]))
@settings(max_examples=4)
def test_newcomers_draw_nothing_from_the_campaign(worlds_seed: int, share: float) -> None:
    world = busy_world(**{"population.newcomers.share": share})
    none = world.replace({"campaign.accounts": 0, "campaign.sleepers.accounts": 0})
    with_campaign, without = draw(world, worlds_seed), draw(none, worlds_seed)
    np.testing.assert_array_equal(with_campaign.arrays.created[: world.people], without.arrays.created[: world.people])
    np.testing.assert_array_equal(with_campaign.profile.login[: world.people], without.profile.login[: world.people])


def test_agents_and_arrays_agree_when_everything_is_reported() -> None:
    world = busy_world(**{"signals.reports": 1.0, "signals.mistaken_reports": 1.0, "campaign.scripted_share": 1.0})
    assert_same(run(world, busy_branch(), 5), run(world, busy_branch(), 5, "agents"))


def test_bad_quantiles_are_refused() -> None:
    from sim.people.profiles import Profiles

    with pytest.raises(InputError, match="levels must ascend"):
        Profiles(levels=(0.0, 1.0, 0.5))
    with pytest.raises(InputError, match="following must have one value for each of the 2 levels"):
        Profiles(levels=(0.0, 1.0), following=(1.0,))
    with pytest.raises(InputError, match="age_days must ascend"):
        replace(Profiles(levels=(0.0, 1.0)), age_days=(5.0, 1.0))
    with pytest.raises(InputError, match="office_closes must be at least office_opens"):
        busy_world(**{"signals.office_closes": 3})


def test_the_agents_are_the_specification() -> None:
    model = run(busy_world(), None, 1, "agents")
    assert isinstance(model, AgentEngine)
    assert model.state.traces.shape == (len(model.accounts), Trace.COLUMNS)
