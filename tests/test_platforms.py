"""A second platform, its pages, genuine outlets, and a platform that acts on the other's tip."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.studies.observed import clock_look, compare_with_observed
from sim.actors.adaptation import Evading
from sim.branch import Branch
from sim.cases.hk2019.case import CASE
from sim.engine import arrays
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.fields import InputError
from sim.moderation import Disclosure, Downranking, Perfect, PreemptiveRemoval, Rates, ReshareFriction, Takedown, TipOff
from sim.moderation.desk import PLATFORMS
from sim.people.accounts import NOBODY, Role, Status
from sim.simulation import begin
from sim.society.audiences import audiences, page_audiences
from sim.society.groups import Group
from sim.society.layout import lay_out
from sim.society.society import draw
from sim.world import World
from tests.worlds import TWO_PLATFORMS, assert_same, busy_branch_of_two, busy_world, run


def two_platforms(**changes: Any) -> World:
    return busy_world(**{**TWO_PLATFORMS, **changes})


def suspended(model: Engine) -> np.ndarray:
    return np.flatnonzero(model.state.status == Status.SUSPENDED)


def of_group(model: Engine, group: Group, second: bool) -> np.ndarray:
    mine = np.flatnonzero(model.society.group == group)
    return mine[(mine >= model.society.second) == second]


# Who is there


def test_members_hold_one_account_more_and_follow_only_what_is_there() -> None:
    world = two_platforms()
    society = draw(world, 1).arrays
    members = np.flatnonzero(society.twin >= 0)
    assert members.size == 84  # .7 of 120
    np.testing.assert_array_equal(society.person[society.twin[members]], society.person[members])
    sources = np.repeat(np.arange(society.group.size), np.diff(society.indptr))
    np.testing.assert_array_equal(sources >= society.second, society.followees >= society.second)
    pages = society.group[society.second :]
    assert [(pages == group).sum() for group in (Group.PAGE, Group.ORGANISER, Group.OUTLET)] == [5, 1, 2]
    assert (society.person[society.second + np.flatnonzero(pages != Group.CITIZEN)] == NOBODY).all()


def test_the_first_platform_is_the_same_with_a_second_one_beside_it() -> None:
    with_second = draw(two_platforms(), 1).arrays
    without = draw(two_platforms(second={}), 1).arrays
    n = without.group.size
    assert with_second.second == n == without.second
    np.testing.assert_array_equal(with_second.group[:n], without.group)
    edges = with_second.indptr[n]
    np.testing.assert_array_equal(with_second.followees[:edges], without.followees)
    np.testing.assert_array_equal(with_second.created[:n], without.created)


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_second_platform_that_nobody_visits_changes_nobody(engine: str) -> None:
    alone, beside = (
        run(two_platforms(second=second), None, 1, engine)
        for second in ({}, {"members": 0.7, "visits": 0.0, "followees": 6})
    )
    for name in ("opinion", "channel", "climate", "last_call", "turnout", "stream"):
        np.testing.assert_array_equal(getattr(alone.state, name), getattr(beside.state, name), err_msg=name)
    n = alone.society.group.size
    np.testing.assert_array_equal(alone.state.outbox, beside.state.outbox[:n])


def test_what_is_read_on_both_platforms_in_one_tick_is_one_reading() -> None:
    model = run(two_platforms(second={**TWO_PLATFORMS["second"].to_mapping(), "visits": 24.0}))
    people, accounts = model.world.people, model.society
    busy = model.state.counts[:, Count.READERS]
    both = model.state.last_awake[accounts.twin[accounts.twin >= 0]] >= 0
    assert both.all()  # members are there all the time
    assert busy.max() <= people


def test_opinions_cross_over_and_messages_do_not() -> None:
    world = two_platforms(**{"campaign.accounts": 0, "campaign.sleepers.accounts": 0})
    model = run(world)
    second = model.society.second
    authors = model.state.outbox["author"][:second].ravel()
    assert (authors[authors != np.iinfo(np.uint32).max] < second).all()
    assert (model.state.stream["author"][: model.state.stream_size[0]] < second).all()
    outsiders = model.society.person[np.flatnonzero(model.society.twin < 0)]
    troll_part = model.state.opinion[:, 0] - model.state.opinion[:, 1]
    assert np.abs(troll_part).max() > 0.0  # pages are the only trolls left
    assert np.abs(troll_part[outsiders]).max() > 0.0  # and move people who never saw one
    assert (model.state.troll_impressions[outsiders] == 0).all()


def test_threads_do_not_matter_on_two_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_SMALLEST_CHUNK", 1)
    alone = run(two_platforms(), busy_branch_of_two(), 4, threads=1)
    for threads in (2, 3):
        assert_same(alone, run(two_platforms(), busy_branch_of_two(), 4, threads=threads))


def test_a_fork_on_two_platforms_is_a_rerun() -> None:
    world, branch = two_platforms(), busy_branch_of_two()
    whole, trunk = run(world, branch, 2), begin(world, branch, 2).engine
    trunk.advance(9)
    fork = trunk.fork(branch)
    fork.advance(fork.last_step)
    assert_same(whole, fork)


# Scale


@pytest.mark.parametrize("people", [200, 2_000, 10_000])
def test_as_many_of_the_people_follow_an_account_with_an_agenda_as_in_reality(people: int) -> None:
    """All of them exist at any scale, and so does each of their followers with the probability that it is modelled."""
    world = World.hk2019(
        people=people,
        graph={"followees": 2.0},
        outlets={"accounts": 12, "followers": 20_000},
        second={"members": 0.5, "followees": 1.0, "campaign": [{"name": "pages", "accounts": 7, "followers": 15_500}]},
    )
    drawn, layout = draw(world, 1), lay_out(world, 1)
    society = drawn.arrays
    sizes = np.bincount(society.group[society.group != Group.CITIZEN], minlength=len(Group))
    assert sizes[Group.ORGANISER :].tolist() == [300, 12, 936, drawn.wakes_at.size, 7]
    by_people = np.bincount(society.followees[: society.indptr[people]], minlength=society.group.size)
    by_people += np.bincount(society.followees[society.indptr[society.second] :], minlength=society.group.size)
    for audience in (*audiences(world, layout, 1), *page_audiences(world, layout)):
        found = by_people[audience.accounts]
        expected = np.minimum(audience.followers * world.scale, people)
        assert (np.abs(found - expected) < 1.0).all()
        assert abs(found.sum() - expected.sum()) <= 2.0 * np.sqrt(found.size)  # four deviations of so many roundings


def test_what_a_moderator_counts_are_accounts_in_reality_on_either_platform() -> None:
    world = two_platforms(people_reachable=1200, campaign={"accounts": 100})
    branch = Branch(tuple(Takedown(1, accounts=5, platform=p) for p in PLATFORMS))
    model = run(world, branch)
    assert [(r.platform, r.asked, r.removed) for r in model.removals] == [("first", 5, 5), ("second", 5, 5)]
    assert model.review_hours == pytest.approx(10 * 2.4 / 60)
    # Whoever is flagged for nothing stands for ten where it is a person, and for one where it is a page.
    everybody = Branch(tuple(Takedown(1, Rates(tpr=0.0, fpr=1.0), accounts=5, platform=p) for p in PLATFORMS))
    for record in run(world, everybody).removals:
        assert record.asked == 5 and record.removed == sum(record.whose.values())
        assert record.whose["citizens"] in (0, 10) and record.whose["active_trolls"] == record.whose["sleepers"] == 0
        assert 0 <= record.whose["outlets"] + record.whose["organisers"] <= 5


def test_what_is_known_of_the_first_platform_is_compared_with_the_first_platform() -> None:
    """Volume and clock are those of a world without the pages: the campaign's accounts post as often beside them."""
    alone = World.hk2019(people=1000, burn_in_days=0)
    pages = {"members": 0.3, "followees": 2, "campaign": [{"name": "pages", "accounts": 7, "followers": 15_500}]}
    found = []
    for world in (alone, alone.replace({f"second.{name}": value for name, value in pages.items()})):
        looks = clock_look(CASE, world, "none")
        study = sim.compare(world, {"none": Branch()}, seeds=2, days=39, looks=looks)
        found.append(compare_with_observed(study, CASE).set_index("what")["simulated"])
    own = [what for what in found[0].index if what.startswith(("troll posts a day", "posts "))]
    assert len(own) == 6
    assert found[0]["troll posts a day, 5 May – 8 June"] > 0
    pd.testing.assert_series_equal(found[0][own], found[1][own])


# Moderators


def test_a_moderator_sees_its_own_platform_only() -> None:
    model = run(two_platforms(), until=10)
    first, second = (moderator.view() for moderator in model.moderators)
    assert first.account.max() < model.society.second <= second.account.min()
    assert not first.page.any()
    np.testing.assert_array_equal(second.page, model.society.person[second.account] == NOBODY)


def test_a_policy_acts_on_its_own_platform() -> None:
    for platform, second in (("first", False), ("second", True)):
        model = run(two_platforms(), Branch((Takedown(1, accounts=5, platform=platform),)))
        assert suspended(model).size == 5
        np.testing.assert_array_equal(suspended(model) >= model.society.second, second)
        assert {record.platform for record in model.removals} == {platform}


def test_measures_hold_on_their_own_platform_unless_they_are_public() -> None:
    friction = run(two_platforms(), Branch((ReshareFriction(1, 0.5, platform="second"),)))
    assert (friction.parameters.measures.friction, friction.second_parameters.measures.friction) == (0.0, 0.5)
    disclosure = run(two_platforms(), Branch((Disclosure(1, discount=0.5),)))
    assert disclosure.parameters.measures.discount == disclosure.second_parameters.measures.discount == 0.5


def test_downranking_on_the_second_platform_lowers_what_trolls_reach() -> None:
    world = two_platforms(**{"campaign.accounts": 0, "campaign.sleepers.accounts": 0})
    plain, hidden = (
        run(world, Branch(policies)) for policies in ((), (Downranking(0, visibility=0.0, platform="second"),))
    )
    seen, left = (s.state.counts[:, Count.IMPRESSIONS + Role.TROLL].sum() for s in (plain, hidden))
    assert seen > 0
    assert left < 0.2 * seen  # what was posted before the first view of day 0


# Tips


@pytest.mark.parametrize(("delay", "tick"), [(0.0, 6), (0.5, 12), (1.0, 12), (3.0, None)])
def test_a_tip_off_follows_a_removal_over_there(delay: float, tick: int | None) -> None:
    model = run(two_platforms(), Branch((Takedown(1, accounts=3), TipOff(0, delay))))
    acts = [record for record in model.removals if record.policy == "tip_off"]
    assert [record.tick for record in acts] == ([] if tick is None else [tick])
    if acts:
        assert (acts[0].whose["active_trolls"], acts[0].removed) == (5, 5)
        np.testing.assert_array_equal(
            np.isin(of_group(model, Group.PAGE, True), suspended(model)), np.ones(5, dtype=bool)
        )


def test_a_removal_on_the_very_first_tick_of_a_tip_off_is_a_tip() -> None:
    model = run(two_platforms(), Branch((Takedown(1, accounts=3), TipOff(1))))
    assert [(record.policy, record.tick) for record in model.removals] == [("takedown", 6), ("tip_off", 6)]


def test_without_a_removal_there_is_no_tip() -> None:
    quiet = run(two_platforms(), Branch((TipOff(0),)))
    assert_same(quiet, run(two_platforms()))
    nobody = run(two_platforms(), Branch((Takedown(1, accounts=0), TipOff(0))))
    assert not any(record.policy == "tip_off" for record in nobody.removals)


def test_a_removal_before_the_first_day_is_no_tip() -> None:
    model = run(two_platforms(), Branch((Takedown(0, accounts=3), TipOff(1))))
    assert not any(record.policy == "tip_off" for record in model.removals)


def test_a_careless_tip_off_hits_outlets_and_no_persons_account() -> None:
    model = run(two_platforms(), Branch((Takedown(1, accounts=3), TipOff(0, detector=Rates(tpr=1.0, fpr=1.0)))))
    record = model.removals[-1]
    assert (
        record.whose["active_trolls"],
        record.whose["organisers"],
        record.whose["outlets"],
        record.whose["citizens"],
    ) == (5, 1, 2, 0)
    last = model.daily[-1]
    assert (last["wrongful_removals"], last["wrongful_outlets"], last["wrongful_organisers"]) == (3.0, 2.0, 1.0)
    everybody = TipOff(0, detector=Rates(tpr=1.0, fpr=1.0), pages_only=False)
    assert run(two_platforms(), Branch((Takedown(1, accounts=3), everybody))).removals[-1].whose["citizens"] == 84


def test_the_first_platform_can_be_told_as_well() -> None:
    branch = Branch((Takedown(1, accounts=5, platform="second"), TipOff(0, platform="first", pages_only=False)))
    record = run(two_platforms(), branch).removals[-1]
    assert (record.policy, record.platform, record.tick) == (
        "tip_off",
        "first",
        12,
    )  # it acted on day 1 before the second
    assert record.whose["active_trolls"] > 0


# Outlets


def test_outlets_post_and_move_people_as_everybody_else() -> None:
    world = busy_world(
        outlets={"accounts": 3, "followers": 40.0},
        **{"campaign.accounts": 0, "campaign.sleepers.accounts": 0, "organisers.accounts": 0},
    )
    model = run(world)
    outlets = of_group(model, Group.OUTLET, False)
    assert (model.state.posts[outlets] > 0).all()
    x = model.state.opinion
    np.testing.assert_array_equal(x[:, 0], x[:, 2])  # neither trolls nor organisers have a part in it
    assert x[:, 0].mean() < run(world.replace({"outlets.posts_per_day": 0.0})).state.opinion[:, 0].mean()


def test_a_suspended_outlet_loses_posts() -> None:
    world = busy_world(outlets={"accounts": 3, "followers": 40.0})
    model = run(world, Branch((Takedown(0.5, Rates(tpr=0.0, fpr=1.0), accounts=20),)))
    outlets = of_group(model, Group.OUTLET, False)
    hit = np.isin(outlets, suspended(model)).sum()
    assert model.daily[-1]["wrongful_outlets"] == hit
    assert model.state.counts[:, Count.LOST_POSTS : Count.LOST_POSTS + 2].sum() > 0


# An operator that goes elsewhere


def losing(**evading: Any) -> Engine:
    how = Evading(1.0, 0.0, 1000.0, pause_days=0.0, keeps_volume=True, **evading)
    world = two_platforms(days=5, **{"campaign.adaptation": how, "campaign.sleepers.created_before": 1.0})
    return run(world.replace({"campaign.sleepers.waking_rate": 0.0}), Branch((Takedown(1, accounts=6),)))


def test_pages_take_over_posts_of_the_lost() -> None:
    pages = [of_group(model, Group.PAGE, True) for model in (losing(), losing(moved_share=0.5))]
    stay, move = (
        model.state.posts[p].sum() for model, p in zip((losing(), losing(moved_share=0.5)), pages, strict=True)
    )
    assert move > stay


def test_going_for_hubs_wakes_the_sleepers_whose_followers_are_followed_most() -> None:
    def audience(model: Engine) -> float:
        sleepers = of_group(model, Group.SLEEPER, False)
        woken = sleepers[model.state.status[sleepers] == Status.ACTIVE]
        assert 0 < woken.size < sleepers.size
        return float(model.operator.audience[np.isin(sleepers, woken)].mean())

    assert audience(losing(hubs=True)) > audience(losing())


# Bad input


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second": {"members": 1.5}}, "second.members must be a number from 0 to 1, not 1.5"),
        (
            {"second": {"campaign": [{"name": "pages", "accounts": 7, "followers": 1}]}},
            "left out where second.members is 0",
        ),
        ({"second": {"members": 0.001}}, "make at least 2 of the 120 people members, not 0.001"),
        ({"second": {"members": 0.5, "followees": 40}}, "second.followees must be at most 9"),
        ({"second": {"members": 0.5}, "graph.kind": "complete"}, "unless graph.kind is 'social'"),
        ({"outlets.accounts": 3, "graph.kind": "complete"}, "outlets.accounts must be 0 unless graph.kind is 'social'"),
    ],
)
def test_what_cannot_be_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        busy_world(**changes)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            Takedown(1, accounts=1, platform="second"),
            "policies[0].platform must be 'first' where world.second.members is 0",
        ),
        (TipOff(1), "policies[0].platform must be 'first' where world.second.members is 0"),
    ],
)
def test_policies_of_a_platform_that_is_not_there_are_refused(policy: Any, said: str) -> None:
    with pytest.raises(InputError, match="policies") as error:
        sim.simulate(busy_world(), Branch((policy,)))
    assert said in str(error.value)


def test_more_pages_than_the_campaign_has_are_refused() -> None:
    with pytest.raises(InputError, match="at most 5, all the accounts that the campaign ever had, not 6"):
        sim.simulate(two_platforms(), Branch((Takedown(1, Perfect(), accounts=6, platform="second"),)))
    with pytest.raises(InputError, match="at most 0"):
        sim.simulate(two_platforms(), Branch((PreemptiveRemoval(1, accounts=1, platform="second"),)))
