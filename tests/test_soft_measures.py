"""Measures that remove nobody: labels, downranking, friction, circuit breaker, rate limit, disclosure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.branch import Branch
from sim.engine.state import Count
from sim.fields import InputError
from sim.moderation import (
    CircuitBreaker,
    Disclosure,
    Downranking,
    Flag,
    HashtagLimit,
    Labels,
    Perfect,
    Policy,
    Rates,
    ReshareFriction,
    Takedown,
)
from sim.moderation.flags import credibility
from sim.outcomes import measure
from sim.people.accounts import Role
from sim.society.groups import Group
from sim.world import World
from tests.strategies.branches import soft_policies
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import assert_same, busy_branch, busy_world, run

BLIND = Rates(tpr=0.0, fpr=0.0)
IDLE: list[Policy] = [
    Labels(1, persuasion=1.0, reshare=1.0),
    Labels(1, BLIND, 0.0, 0.0),
    Downranking(0, visibility=1.0),
    Downranking(0, BLIND, 0.0),
    ReshareFriction(2, 0.0),
    CircuitBreaker(0, 0),
    CircuitBreaker(0, 1_000_000),
    HashtagLimit(0, 0),
    Disclosure(1),
    Disclosure(1, backlash_share=1.0),
    Disclosure(1, backlash=0.5),
]
STRONG: list[Policy] = [
    Labels(1, Rates(tpr=0.7, fpr=0.1), 0.2, 0.1),
    Downranking(1, Rates(salt=3, tpr=0.8, fpr=0.1), 0.3),
    ReshareFriction(1, 0.6),
    CircuitBreaker(1, 3),
    HashtagLimit(1, 1),
    Disclosure(2, -0.6, 0.5, 0.3, 0.4, 0.2),
]


def kind(policy: Policy) -> str:
    return policy.name


@pytest.mark.parametrize("policy", IDLE, ids=kind)
def test_without_strength_nothing_changes(policy: Policy) -> None:
    others = busy_branch()
    for at in (0, 2):
        with_it = replace(others, policies=(*others.policies[:at], policy, *others.policies[at:]))
        assert_same(run(busy_world(), others, 3), run(busy_world(), with_it, 3))


@pytest.mark.parametrize("reading", ["newest", "all_followees"])
@pytest.mark.parametrize("policy", STRONG, ids=kind)
def test_both_engines_and_any_threads_take_it_alike(policy: Policy, reading: str) -> None:
    world = busy_world(**{"feed.reading": reading})
    branch = Branch((policy, *busy_branch().policies))
    arrays = run(world, branch, 5)
    assert_same(arrays, run(world, branch, 5, "agents"))
    # What acts on messages leaves a world alone in which opinions are read directly.
    changed = reading == "newest" or isinstance(policy, Disclosure)
    assert (arrays.state.opinion.tobytes() != run(world, busy_branch(), 5).state.opinion.tobytes()) == changed


@given(cases(), st.data(), SEEDS)
@settings(max_examples=15)
def test_any_mixture_is_the_same_in_both_engines(case: tuple, data: st.DataObject, seed: int) -> None:
    world, branch = case
    more = data.draw(st.lists(soft_policies(world), min_size=1, max_size=3))
    branch = replace(branch, policies=(*more, *branch.policies))
    assert_same(run(world, branch, seed), run(world, branch, seed, "agents"))


def test_a_perfect_downranking_to_nobody_hides_all_messages_of_trolls() -> None:
    # Whoever is registered is marked, asleep or not; an account registered amid a day would be seen until the next morning.
    world = busy_world(**{"campaign.sleepers.created_before": 1.0})
    model = run(world, Branch((Downranking(0, Perfect(), 0.0),)), 1)
    counts = model.state.counts[world.burn_in_ticks :]
    assert (counts[:, [Count.NEW_POSTS + group for group in (Group.ACTIVE_TROLL, Group.SLEEPER)]].sum(axis=0) > 0).all()
    assert counts[:, Count.IMPRESSIONS + Role.TROLL].sum() == 0


def test_perfect_labels_without_persuasion_leave_people_as_trolls_would_leave_them_cold() -> None:
    world = busy_world(**{"campaign.sleepers.accounts": 0})
    model = run(world, Branch((Labels(0, Perfect(), 0.0, 1.0),)), 1)
    np.testing.assert_array_equal(model.state.opinion[:, 0], model.state.opinion[:, 1])
    assert model.state.troll_impressions.sum() > 0


def test_full_friction_stops_citizens_and_nobody_else() -> None:
    world = busy_world()
    counts = run(world, Branch((ReshareFriction(0, 1.0),)), 1).state.counts[world.burn_in_ticks :]
    reshares = counts[:, Count.RESHARES : Count.RESHARES + len(Group)].sum(axis=0)
    assert reshares[Group.CITIZEN] == 0 and reshares[Group.ACTIVE_TROLL] > 0


def test_frictions_add_up_as_independent_chances() -> None:
    world = busy_world(people=400, days=5)
    two = run(world, Branch((ReshareFriction(0, 0.5), ReshareFriction(0, 0.5))), 1)
    one = run(world, Branch((ReshareFriction(0, 0.75),)), 1)
    assert_same(two, one)


def test_the_breaker_at_one_share_empties_the_topic_slots() -> None:
    world = busy_world(
        **{"graph.followees": 0.0, "graph.kind": "random", "organisers.accounts": 0, "campaign.accounts": 0}
    )
    world = world.replace({"campaign.sleepers.accounts": 0})
    counts = run(world, Branch((CircuitBreaker(0, 1),)), 1).state.counts[world.burn_in_ticks :]
    assert counts[:, Count.IMPRESSIONS : Count.IMPRESSIONS + 3].sum() == 0
    assert run(world, None, 1).state.counts[world.burn_in_ticks :, Count.IMPRESSIONS].sum() > 0


def test_the_limit_keeps_an_account_from_filling_the_stream() -> None:
    world = busy_world(**{"feed.topic_capacity": 64, "feed.topic_half_life": 1000.0, "days": 1})
    for engine in ("arrays", "agents"):
        model = run(world, Branch((HashtagLimit(0, 1),)), 1, engine)
        free = run(world, None, 1, engine)
        most = []
        for run_ in (model, free):
            used = int(run_.state.stream_size[0])
            day0 = run_.state.stream["posted"][:used] >= world.burn_in_ticks
            carriers = run_.state.stream_carrier[:used][day0]
            most.append(np.bincount(carriers).max())
        assert most[0] == 1 < most[1]


def test_a_limit_beyond_what_is_remembered_is_refused() -> None:
    world = busy_world()
    with pytest.raises(InputError, match=r"policies\[0\].posts must be below feed.memory \(3\)"):
        Branch((HashtagLimit(0, 3),)).check_against(world)


def test_backlash_moves_the_same_people_to_the_campaigns_side_at_once() -> None:
    world = busy_world()
    day = world.burn_in_ticks + world.tick(1)
    before = run(world, None, 2, until=day)
    branch = Branch((Disclosure(1, -0.75, backlash_share=0.3, backlash=0.5),))
    after = run(world, branch, 2, until=day)
    after._actors_decide(day)
    x, y = before.state.opinion, after.state.opinion
    moved = np.flatnonzero((x != y).any(axis=1))
    assert 0.15 < moved.size / world.people < 0.45
    np.testing.assert_allclose(y[moved, :3], x[moved, :3] + 0.5 * (-1.0 - x[moved, :3]), atol=1e-12)
    np.testing.assert_array_equal(y[:, 3], x[:, 3])
    parts = [
        measure(run(world, branch, 2))[name] for name in ("troll_part", "organiser_part", "event_part", "own_part")
    ]
    assert sum(parts) == pytest.approx(measure(run(world, branch, 2))["opinion_mean"], abs=1e-9)


def test_credibility_is_the_product_of_label_and_discount() -> None:
    assert credibility(0, -0.7, 0.5, 0.4, -0.75, 0.25) == pytest.approx(0.6)
    assert credibility(int(Flag.LABELLED), -0.7, 0.5, 0.4, -0.75, 0.25) == pytest.approx(0.3)
    assert credibility(int(Flag.LABELLED | Flag.DOWNRANKED), 0.2, 0.5, 0.4, -0.75, 0.25) == 0.5
    assert credibility(int(Flag.DOWNRANKED), 0.2, 0.5, 0.4, -0.75, 0.25) == 1.0


@pytest.mark.parametrize("policy", [*STRONG, *IDLE], ids=kind)
def test_each_says_in_english_what_it_does(policy: Policy) -> None:
    sentence = policy.sentence("2019-08-19")
    assert sentence.endswith(".") and "2019-08-19" in sentence and "  " not in sentence


def test_marks_fall_on_the_innocent_at_the_detectors_rate() -> None:
    world = busy_world(people=400)
    model = run(world, Branch((Labels(1, Rates(tpr=1.0, fpr=0.2), 0.5, 0.5),)), 1)
    flagged, group = model.state.flags > 0, model.society.group
    assert flagged[group == Group.ACTIVE_TROLL].all()
    assert 0.12 < flagged[group == Group.CITIZEN].mean() < 0.28
    assert measure(model)["wrongful_marks"] == flagged[group < Group.ACTIVE_TROLL].sum()


def test_what_is_disclosed_is_by_default_what_the_campaign_says() -> None:
    assert Disclosure(1).stance == World.hk2019(people=1000).campaign.stance


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "nobody minds."),
        ({"discount": 0.5}, "messages within 0.25 of its stance (-0.75) persuade 50% less from then on."),
        (
            {"backlash_share": 0.2, "backlash": 0.5},
            "20% of people take it for censorship and move 50% of the way to the",
        ),
        ({"backlash_share": 0.2}, "nobody minds."),
        ({"discount": 0.5, "backlash_share": 0.2, "backlash": 0.5}, "from then on and 20% of people take it"),
    ],
)
def test_a_disclosure_says_what_it_does(settings: dict[str, float], says: str) -> None:
    sentence = Disclosure(1, **settings).sentence("1 May")
    assert sentence.startswith("On 1 May the platform discloses the campaign: ") and says in sentence
    assert ("nobody minds" in sentence) == (says == "nobody minds.")


def test_who_is_suspended_is_not_counted_as_marked_as_well() -> None:
    """Innocents that are hit are those suspended and those marked, each once."""
    all_of_them = Rates(tpr=1.0, fpr=1.0)
    marks = run(busy_world(), Branch((Labels(0, detector=all_of_them), Downranking(0, detector=all_of_them)))).daily[-1]
    both = run(busy_world(), Branch((Labels(0, detector=all_of_them), Takedown(2, accounts=9, detector=all_of_them))))
    assert both.daily[-1]["wrongful_removals"] > 0
    assert both.daily[-1]["wrongful_removals"] + both.daily[-1]["wrongful_marks"] == marks["wrongful_marks"]
