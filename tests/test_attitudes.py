"""Dehumanising messages, the movement's legitimacy and trust in the platform: what moves them, and what they move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.branch import Branch
from sim.calendar import Event
from sim.engine.engine import Engine
from sim.engine.state import Count, State, Trace
from sim.feed.outbox import EMPTY, OFF_TOPIC
from sim.feed.severity import dehumanising
from sim.fields import InputError
from sim.moderation import Disclosure, Labels, Perfect, PreemptiveRemoval, Rates, Takedown
from sim.opinion.mobilisation import threshold_now
from sim.people.accounts import Role
from sim.people.legitimacy import Legitimacy, legitimacy_at_start, of_a_day, returned
from sim.people.trust import Trust
from sim.world import World
from tests.strategies.worlds import SEEDS, cases, worlds
from tests.worlds import STANDING, assert_same, busy_branch, busy_world, date, forked, run

SHARES = st.floats(0.0, 1.0)
AGAINST = st.floats(-1.0, 1.0)
SEED = np.uint64(1)


def same_but_for(a: Engine, b: Engine, *names: str) -> None:
    """All of the state is the same but for these arrays."""
    for name in set(State._fields) - set(names):
        np.testing.assert_array_equal(getattr(a.state, name), getattr(b.state, name), err_msg=name)


# Which messages


@given(st.integers(0, 10**6), st.integers(0, 60_000), st.sampled_from(list(Role)), AGAINST, SHARES, SHARES, SHARES)
def test_only_hostile_citizens_and_the_campaign_dehumanise(
    author: int, created: int, role: Role, against: float, campaign: float, citizens: float, hostile: float
) -> None:
    found = dehumanising(SEED, author, created, int(role), against, campaign, citizens, hostile)
    may = {Role.TROLL: against > 0.0, Role.CITIZEN: against >= hostile, Role.ORGANISER: False}[role]
    assert may or not found
    certain = dehumanising(SEED, author, created, int(role), against, 1.0, 1.0, hostile)
    assert certain == may
    assert not dehumanising(SEED, author, created, int(role), against, 0.0, 0.0, hostile)
    more = dehumanising(SEED, author, created, int(role), against, max(campaign, 0.9), max(citizens, 0.9), hostile)
    assert more or not found  # the same messages and others


def test_their_share_is_what_was_asked_for() -> None:
    found = [dehumanising(SEED, author, 7, int(Role.TROLL), 0.5, 0.3, 0.0, 0.5) for author in range(10_000)]
    assert np.mean(found) == pytest.approx(0.3, abs=0.015)


def test_impressions_are_counted() -> None:
    everything = {"campaign": 1.0, "citizens": 1.0, "hostile": 0.0}
    model = run(busy_world(severity=everything))
    counts = model.state.counts
    assert counts[:, Count.DEHUMANISING].sum() > counts[:, Count.IMPRESSIONS + Role.TROLL].sum() > 0
    trolls = run(busy_world(severity={"campaign": 1.0})).state.counts
    np.testing.assert_array_equal(trolls[:, Count.DEHUMANISING], trolls[:, Count.IMPRESSIONS + Role.TROLL])
    assert not run(busy_world()).state.counts[:, Count.DEHUMANISING].any()


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_being_dehumanising_alone_changes_nothing_else(engine: str) -> None:
    plain, severe = (
        run(busy_world(severity=s), busy_branch(), 1, engine) for s in ({}, {"campaign": 1, "citizens": 1})
    )
    same_but_for(plain, severe, "counts")
    others = np.arange(Count.COLUMNS) != Count.DEHUMANISING
    np.testing.assert_array_equal(plain.state.counts[:, others], severe.state.counts[:, others])


def reshares_of_trolls(model: Engine) -> int:
    return int(model.state.counts[:, Count.RESHARES_OF_TROLLS].sum())


@pytest.mark.parametrize("reading", ["newest", "ranked"])
def test_their_appeal_decides_how_often_they_are_reshared(reading: str) -> None:
    found = []
    for appeal in (0.0, 1.0, 20.0):
        severity = {"campaign": 1.0, "appeal": appeal}
        world = busy_world(severity=severity, **{"feed.reading": reading, "campaign.on_topic_share": 1.0})
        found.append(reshares_of_trolls(run(world.replace({"campaign.sleepers.on_topic_share": 1.0}))))
    assert found[0] == 0 < found[1] < found[2]


def test_their_report_rate_is_their_own() -> None:
    def reports(factor: float) -> tuple[int, int]:
        severity = {"campaign": 1.0, "reports": factor}
        model = run(busy_world(severity=severity, **{"signals": {"reports": 0.05, "mistaken_reports": 0.02}}))
        trolls = model.society.group >= sim.engine.state.Group.ACTIVE_TROLL
        reported = model.state.traces[:, Trace.REPORTS]
        return int(reported[trolls].sum()), int(reported[~trolls].sum())

    none, as_others, often = reports(0.0), reports(1.0), reports(20.0)
    assert none[0] == 0 < as_others[0] < often[0]
    assert none[1] > 0


# Legitimacy


@given(st.floats(-1.0, 1.0), SHARES, SHARES)
def test_legitimacy_at_the_start_follows_opinion_within_its_bounds(lean: float, start: float, slope: float) -> None:
    level = legitimacy_at_start(lean, start, slope)
    assert 0.0 <= level <= 1.0
    assert level == pytest.approx(np.clip(start + slope * lean, 0.0, 1.0))
    assert legitimacy_at_start(-1.0, start, slope) <= level <= legitimacy_at_start(1.0, start, slope)


@given(SHARES, SHARES, SHARES)
def test_peaceful_and_violent_days_move_it_in_opposite_directions(peaceful: float, violent: float, more: float) -> None:
    kinds = Legitimacy(peaceful=peaceful, violent=violent)
    assert of_a_day(kinds, 0.0) == peaceful >= 0.0 >= -violent == of_a_day(kinds, 1.0)
    assert of_a_day(kinds, more) <= peaceful


@given(SHARES, SHARES, st.floats(0.01, 1000.0))
def test_levels_return_to_the_start(level: float, start: float, half_life: float) -> None:
    (later,) = returned(np.array([level]), start, half_life)
    assert min(level, start) - 1e-12 <= later <= max(level, start) + 1e-12
    (still,) = returned(np.array([start]), start, half_life)
    assert still == start


def test_half_of_the_distance_is_made_good_in_a_half_life() -> None:
    level = np.array([0.1, 0.9])
    for _ in range(7):
        level = returned(level, 0.5, 7.0)
    np.testing.assert_allclose(level, [0.3, 0.7], rtol=1e-6)


@given(cases(), SEEDS)
@settings(max_examples=15)
def test_without_effects_they_stay_at_the_start(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    none = dict.fromkeys(("peaceful", "violent", "dehumanising"), 0.0)
    model = run(world.replace({"legitimacy": none, "trust": Trust(start=0.3)}), branch, seed)
    np.testing.assert_array_equal(model.state.legitimacy, model.society.legitimacy_at_start)
    assert (model.state.trust == 0.3).all()


@given(cases(), SEEDS)
@settings(max_examples=25)
def test_they_change_nothing_but_themselves_and_turnout(case: tuple[World, Branch], seed: int) -> None:
    """Whatever moves legitimacy and trust, and however much: all else is as it was, bit for bit; turnout as well unless it is
    weighed."""
    world, branch = case
    still = run(world.replace({"legitimacy": Legitimacy(), "trust": Trust()}), branch, seed)
    moved = run(world, branch, seed)
    ignored = ["legitimacy", "trust", "dehumanising_read"]
    if world.mobilisation.legitimacy_weight > 0.0:
        ignored.append("turnout")
        if world.mobilisation.turnout_weight > 0.0:
            return
    same_but_for(still, moved, *ignored)


def legitimacy_of(world: World, branch: Branch | None = None, seed: int = 1) -> np.ndarray:
    return run(world, branch, seed).state.legitimacy


@given(worlds(), SEEDS, SHARES)
@settings(max_examples=25)
def test_more_violence_means_less_legitimacy_to_everybody(world: World, seed: int, more: float) -> None:
    world = world.replace({"legitimacy.peaceful": 0.1, "legitimacy.violent": 0.2})
    events = world.calendar.events
    worse = tuple(event.replace({"violence": max(event.violence, more)}) for event in events)
    quiet = tuple(event.replace({"violence": 0.0}) for event in events)
    levels = [legitimacy_of(world.replace({"calendar.events": e}), None, seed) for e in (quiet, events, worse)]
    assert (np.diff(np.array(levels), axis=0) <= 1e-12).all()


def march(violence: float, side: int = 1) -> World:
    """The busy world with one event on day 1, and legitimacy that is moved by nothing else."""
    kinds = {"peaceful": 0.1, "violent": 0.2, "half_life_days": 4.0}
    return busy_world(legitimacy=kinds, **{"calendar.events": (Event(date(1), side, "march", 12, violence),)})


def test_those_who_were_online_that_day_are_moved() -> None:
    start = run(busy_world()).state.legitimacy
    day_1 = 3 * 6  # after the burn-in and days 0 and 1
    for violence, change in ((0.0, 0.1), (1.0, -0.2), (0.25, 0.025)):
        model = run(march(violence), until=day_1)
        online = np.zeros(model.world.people, dtype=bool)
        online[model.society.person[: model.world.people][model.state.last_awake[: model.world.people] >= 12]] = True
        assert 0 < online.sum() < online.size
        expected = np.where(online, np.clip(start + change, 0.0, 1.0), start)
        np.testing.assert_allclose(model.state.legitimacy, expected)
        model.advance(day_1 + 6)
        back = start + 2.0**-0.25 * (expected - start)
        np.testing.assert_allclose(model.state.legitimacy, back, rtol=1e-6)
    np.testing.assert_array_equal(legitimacy_of(march(1.0, side=-1)), start)


def test_a_day_is_as_violent_as_its_most_violent_event() -> None:
    two = (Event(date(1), 1, "", 12, 0.2), Event(date(1), 1, "", 15, 0.7), Event(date(1), -1, "", 15, 1.0))
    assert_same_legitimacy(march(0.0).replace({"calendar.events": two}), march(0.7))


def assert_same_legitimacy(a: World, b: World) -> None:
    # Other events draw other people online on other days, so that activity is held.
    a, b = (world.replace({"calendar.event_activity": 1.0}) for world in (a, b))
    np.testing.assert_array_equal(legitimacy_of(a), legitimacy_of(b))


def read_dehumanising(share: float, branch: Branch | None = None, **changes: Any) -> np.ndarray:
    world = busy_world(severity={"campaign": share}, legitimacy={"dehumanising": 0.01}, **changes)
    return legitimacy_of(world, branch)


def test_reading_dehumanising_messages_lowers_it_and_labels_soften_that() -> None:
    levels = [read_dehumanising(share) for share in (0.0, 0.3, 1.0)]
    assert (np.diff(np.array(levels), axis=0) <= 1e-12).all()
    means = [level.mean() for level in levels]
    assert means[0] - 0.005 > means[1] > means[2] + 0.005
    softened = read_dehumanising(1.0, Branch((Labels(0, Perfect(), persuasion=0.25, reshare=1.0),)))
    assert means[2] < softened.mean() < means[0]
    discounted = read_dehumanising(1.0, Branch((Disclosure(0, -0.6, discount=1.0, resemblance=0.1),)))
    # Only what was read in the burn-in could count, and before day 0 there is no campaign.
    np.testing.assert_array_equal(discounted, levels[0])


def test_each_message_counts_once_in_its_day() -> None:
    """Without return and bounds out of reach, legitimacy falls by the same for each impression."""
    world = busy_world(
        severity={"campaign": 1.0},
        legitimacy={"start": 0.5, "slope": 0.0, "dehumanising": 1e-4, "half_life_days": 1e5},
    )
    model = run(world)
    lost = (0.5 - model.state.legitimacy).sum()
    assert lost == pytest.approx(1e-4 * model.state.counts[:, Count.DEHUMANISING].sum(), rel=1e-3)
    assert not model.state.dehumanising_read.any()
    np.testing.assert_allclose(0.5 - model.state.legitimacy, 1e-4 * model.state.troll_impressions, rtol=1e-3, atol=1e-9)


@given(st.floats(-5.0, 5.0), st.sampled_from([1, -1]), st.floats(-1.0, 1.0), st.floats(0.0, 10.0))
def test_the_threshold_moves_against_legitimacy(threshold: float, own: int, gained: float, weight: float) -> None:
    now = threshold_now(threshold, own, gained, weight)
    assert now == pytest.approx(threshold - own * weight * gained)
    assert threshold_now(threshold, own, gained, 0.0) == threshold


def test_violence_keeps_people_at_home_next_time_and_brings_the_other_side_out() -> None:
    events = tuple(Event(date(day), side, "", 20, 1.0) for day, side in ((0, 1), (2, 1), (2, -1)))
    turnouts = []
    for violent in (0.0, 0.5):
        world = busy_world(people=600, legitimacy={"violent": violent}, **{"calendar.events": events})
        turnouts.append(run(world.replace({"mobilisation.legitimacy_weight": 1.0})).state.turnout)
    before, after = turnouts
    assert before[0] == after[0] > 0
    assert after[1] < before[1]
    assert after[2] > before[2]


# Trust


def followers_of(model: Engine, accounts: np.ndarray) -> np.ndarray:
    """How many of the accounts each person follows, by person."""
    society, people = model.society, model.world.people
    n = np.zeros(people, dtype=np.int64)
    for reader in range(people):
        row = society.followees[society.indptr[reader] : society.indptr[reader + 1]]
        n[society.person[reader]] = np.isin(row, accounts).sum()
    return n


def test_people_lose_trust_for_their_own_suspension_and_for_those_whom_they_followed() -> None:
    kinds = {"start": 0.9, "own_suspension": 0.4, "lost_followee": 0.01, "half_life_days": 1e5}
    world = busy_world(trust=kinds, **{"campaign.sleepers.accounts": 0, "population.newcomers.share": 0.0})
    takedown = Branch((Takedown(2, Rates(tpr=1.0, fpr=0.2), accounts=9),))
    before = run(world, takedown, until=world.burn_in_ticks + 12)
    model = run(world, takedown, until=world.burn_in_ticks + 13)
    gone = np.flatnonzero(model.state.suspended_since >= 0)
    posted = gone[before.state.outbox["author"][gone, 0] != EMPTY]
    mine = gone[gone < world.people]
    assert 0 < mine.size < gone.size
    expected = np.full(world.people, 0.9) - 0.01 * followers_of(model, posted)
    expected[model.society.person[mine]] = 0.5
    np.testing.assert_allclose(model.state.trust, expected)
    assert (expected < 0.89).any()
    model.advance(model.last_step)
    np.testing.assert_allclose(model.state.trust, expected, rtol=1e-4)


def test_sleepers_that_were_never_used_are_missed_by_nobody() -> None:
    world = busy_world(**STANDING, **{"campaign.sleepers.wakes_from": 2.0})
    model = run(world, Branch((PreemptiveRemoval(1, accounts=11),)))
    assert model.removals[0].whose["sleepers"] > 0
    assert (model.state.trust == world.trust.start).all()


def test_woken_sleepers_are_missed_by_those_whom_their_posts_had_reached() -> None:
    lost = {}
    for half_life in (0.0, 0.4, 1000.0):
        world = busy_world(trust={"lost_followee": 0.01, "half_life_days": 1e5}, **{"campaign.accounts": 0})
        world = world.replace({"campaign.sleepers": {"follow_half_life_days": half_life, "waking_rate": 5.0}})
        lost[half_life] = 0.5 - run(world, Branch((Takedown(2, accounts=11),))).state.trust.mean()
    assert lost[0.0] > lost[0.4] > lost[1000.0] >= 0.0


@given(worlds(), SEEDS, st.floats(0.0, 0.2))
@settings(max_examples=20)
def test_the_more_it_costs_the_less_trust_is_left(world: World, seed: int, more: float) -> None:
    branch = Branch((Takedown(1, Rates(tpr=0.8, fpr=0.2), accounts=world.campaign.accounts),))
    levels = [
        run(world.replace({"trust": Trust(0.8, cost, cost / 10)}), branch, seed).state.trust
        for cost in (0.0, 0.01 + more)
    ]
    assert (levels[1] <= levels[0] + 1e-12).all()


def test_a_disclosure_is_thanked_for() -> None:
    world = busy_world(trust={"start": 0.85, "disclosure": 0.1, "half_life_days": 1.0})
    model = run(world, Branch((Disclosure(1), Disclosure(1.5))), until=6 + 6 + 1)
    np.testing.assert_allclose(model.state.trust, 0.95)
    model.advance(6 + 6 + 4)
    np.testing.assert_allclose(model.state.trust, 1.0)
    model.advance(6 + 12)
    np.testing.assert_allclose(model.state.trust, 0.925, rtol=1e-6)


# Whole runs


def test_all_of_it_happens() -> None:
    model = run(busy_world(**STANDING), busy_branch())
    assert np.abs(model.state.legitimacy - model.society.legitimacy_at_start).max() > 0.1
    assert model.state.trust.min() < model.world.trust.start - 0.2
    outcomes = model.daily[-1]
    assert outcomes["legitimacy"] == model.state.legitimacy.mean()
    assert outcomes["trust"] == model.state.trust.mean()
    assert 0.0 < outcomes["dehumanising_share"] < 1.0


@pytest.mark.parametrize("step", [7, 8, 12, 17])
def test_the_engines_may_take_turns_within_a_day(step: int) -> None:
    world, branch = busy_world(**STANDING), busy_branch()
    first = run(world, branch, 2, "arrays", until=step)
    assert first.state.dehumanising_read.size == world.people
    second = forked(first, branch, "agents")
    second.advance(second.last_step)
    assert_same(second, run(world, branch, 2))


def test_effects_are_differences_between_branches() -> None:
    world = busy_world(**STANDING)
    study = sim.compare(world, {"none": Branch(), "takedown": busy_branch()}, seeds=2)
    effects = study.effects.set_index(["branch", "outcome", "kind"])["difference"]
    assert effects["takedown", "trust", "counterfactual"] < 0.0
    assert effects["takedown", "legitimacy", "counterfactual"] != 0.0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"severity.campaign": 1.5}, "severity.campaign"),
        ({"legitimacy.half_life_days": 0}, "legitimacy.half_life_days"),
        ({"trust.start": -0.1}, "trust.start"),
        ({"organisers.agenda_weekday": 7}, "organisers.agenda_weekday"),
        ({"mobilisation.legitimacy_weight": -1}, "mobilisation.legitimacy_weight"),
    ],
)
def test_bad_input(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=rf"{field} must be .* not {next(iter(changes.values()))}"):
        busy_world(**changes)


def test_off_topic_messages_dehumanise_nobody() -> None:
    world = busy_world(
        severity={"campaign": 1.0}, **{"campaign.on_topic_share": 0.0, "campaign.sleepers.on_topic_share": 0.0}
    )
    model = run(world)
    trolls = model.society.group >= sim.engine.state.Group.ACTIVE_TROLL
    assert (model.state.outbox["stance"][trolls] == OFF_TOPIC).any()
    assert not model.state.counts[:, Count.DEHUMANISING].any()
