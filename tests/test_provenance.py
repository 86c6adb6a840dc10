"""Whose words are these? The parts of everyone's opinion add up, and each is exactly nothing where its cause is absent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.branch import Branch
from sim.engine.agents import Citizen, Reading
from sim.engine.engine import Engine
from sim.feed.outbox import expand
from sim.moderation import Disclosure
from sim.opinion.provenance import SCALE, channels_moved, clipped, drawn, moved
from sim.people.accounts import Role
from sim.simulation import begin
from sim.world import World
from tests.strategies.worlds import GENERATED, SEEDS, cases, worlds
from tests.worlds import busy_branch, busy_world, daily, run, without

# Opinions stay away from the ends of the scale, where they are clamped and the parts are no longer linear.
GENTLE: dict[str, Any] = {"population.spread": 0.1, "opinion.rule": {"name": "bounded_confidence", "strength": 0.02}}
# Weights that sum to far more than 1: opinions are thrown from one end to the other.
WILD: dict[str, Any] = {"opinion.rule": "voter", "opinion.anchoring": 0.3}
NO_TROLLS: dict[str, Any] = {"campaign.accounts": 0, "campaign.sleepers.accounts": 0, "second.campaign": ()}


def parts(model: Engine) -> np.ndarray:
    """Troll, organiser, event and own part of everybody, shape (people, 4)."""
    x = model.state.opinion
    return np.column_stack([x[:, 0] - x[:, 1], x[:, 1] - x[:, 2], x[:, 2] - x[:, 3], x[:, 3]])


def days(model: Engine) -> Any:
    """The model at the end of each day."""
    while model.step_index < model.last_step:
        model.advance(model.step_index + model.world.ticks_per_day)
        yield model


@given(cases(), SEEDS)
@settings(max_examples=30)
def test_parts_add_up_to_the_opinion_of_everybody_every_day(case: tuple[World, Branch], seed: int) -> None:
    for model in days(begin(*case, seed).engine):
        np.testing.assert_allclose(parts(model).sum(axis=1), model.state.opinion[:, 0], atol=1e-9, rtol=0)
        assert (np.abs(model.state.opinion) <= 1.0).all()
    measured = daily(model)
    total = measured[["own_part", "event_part", "organiser_part", "troll_part"]].sum(axis=1)
    np.testing.assert_allclose(total, measured["opinion_mean"], atol=1e-9, rtol=0)
    channels = measured[["troll_part_direct", "troll_part_relayed", "troll_part_induced"]].sum(axis=1)
    np.testing.assert_allclose(channels, measured["troll_part"], atol=1e-9, rtol=0)


@given(worlds(GENERATED), SEEDS)
@settings(max_examples=20)
def test_without_trolls_the_troll_part_is_exactly_0(world: World, seed: int) -> None:
    model = run(world.replace(NO_TROLLS), None, seed)
    assert not parts(model)[:, 0].any()
    assert not model.state.channel.any()
    assert not model.state.outbox["troll_shift"].any()
    assert not model.state.troll_impressions.any()


@given(cases(), SEEDS)
@settings(max_examples=20)
def test_without_a_campaign_the_troll_part_is_exactly_0(case: tuple[World, Branch], seed: int) -> None:
    world = case[0].replace({"burn_in_days": 0})
    model = run(world, Branch(case[1].policies, campaign=False), seed)
    assert not parts(model)[:, 0].any()
    assert not model.state.channel.any()


@given(cases(), SEEDS)
@settings(max_examples=20)
def test_without_organisers_their_part_is_exactly_0(case: tuple[World, Branch], seed: int) -> None:
    """Also beside trolls and events: without organisers both levels are moved by the same readings from equal starts."""
    world, branch = case
    world = world.replace({"organisers.accounts": 0, "second.organisers": ()})
    model = run(world, branch, seed)
    assert not parts(model)[:, 1].any()
    assert not model.state.outbox["organiser_shift"].any()


@given(cases(), SEEDS)
@settings(max_examples=20)
def test_without_the_pull_of_events_their_part_is_exactly_0(case: tuple[World, Branch], seed: int) -> None:
    """Events still raise activity and call people: the part holds only what they do to opinion, and both levels leave
    out trolls and organisers alike. (A disclosure is an event, too.)"""
    world, branch = case[0], without(case[1], Disclosure)
    model = run(world.replace({"calendar.event_pull": 0.0}), branch, seed)
    assert not parts(model)[:, 2].any()
    assert not model.state.outbox["event_shift"].any()


@given(cases(), SEEDS)
@settings(max_examples=20)
def test_without_events_their_part_is_exactly_0(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case[0], without(case[1], Disclosure)
    assert not parts(run(world.replace({"calendar.events": ()}), branch, seed))[:, 2].any()


@pytest.mark.parametrize("column", range(3))
def test_each_part_is_something_where_its_cause_is_present(column: int) -> None:
    assert np.abs(parts(run(busy_world(), busy_branch()))[:, column]).max() > 1e-3


def test_parts_point_where_their_cause_does() -> None:
    """Trolls (-0.6) pull down and organisers (+0.9) up; the movement's march outweighs the rallies of its opponents here."""
    final = daily(run(busy_world(**{"opinion.rule": "voter", "opinion.anchoring": 0.1}))).iloc[-1]
    assert final["troll_part"] < 0 < final["organiser_part"]
    march = busy_world(**{"calendar.events": busy_world().calendar.events[:1]})
    assert daily(run(march)).iloc[-1]["event_part"] > 0


@pytest.mark.parametrize("changes", [GENTLE, WILD, {"opinion.rule": {"name": "bounded_confidence", "strength": 0.5}}])
def test_all_is_direct_when_citizens_do_not_post(changes: dict[str, Any]) -> None:
    """Trolls reshare only trolls, so what citizens read from them is read from trolls."""
    model = run(busy_world(**changes, **{"expression.posting": 0.0}))
    np.testing.assert_allclose(model.state.channel[:, 0], parts(model)[:, 0], atol=1e-12, rtol=0)
    assert np.abs(model.state.channel[:, 0]).max() > 1e-3
    assert not model.state.channel[:, 1].any()


@pytest.mark.parametrize("changes", [GENTLE, WILD])
def test_nothing_is_relayed_when_citizens_do_not_reshare(changes: dict[str, Any]) -> None:
    model = run(busy_world(**changes, **{"expression.new_share": 1.0}))
    assert not model.state.channel[:, 1].any()
    induced = parts(model)[:, 0] - model.state.channel.sum(axis=1)
    assert np.abs(induced).max() > 1e-6


def test_the_rest_is_what_people_said_whom_trolls_had_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The induced part, followed as a channel of its own, is what direct and relayed leave of the troll part."""
    induced = np.zeros(busy_world().people)
    original = Citizen.change_mind

    def change_mind(self: Citizen, readings: list[Reading]) -> tuple[float, float, float, float]:
        x, rule, parameters = self.current_stances(), self.model.world.opinion.rule, self.model.parameters
        inflow = others = 0.0
        for reading in readings:
            if reading.role != Role.TROLL:
                weight = rule.weight(x[0], reading.stances[0], self.confidence_bound, rule.parameters())
                others += weight
                inflow += weight * (reading.stances[0] - reading.stances[1])
        pull = parameters.calendar.event_pull if self.model.schedule.event_side[self.model.step_index] else 0.0
        induced[self.person] += inflow - induced[self.person] * (others + parameters.opinion.anchoring + pull)
        return original(self, readings)

    monkeypatch.setattr(Citizen, "change_mind", change_mind)
    model = run(busy_world(**GENTLE), busy_branch(), 1, "agents")
    assert np.abs(model.state.opinion).max() < 1.0
    np.testing.assert_allclose(model.state.channel.sum(axis=1) + induced, parts(model)[:, 0], atol=1e-12, rtol=0)
    assert np.abs(induced).max() > 1e-6
    assert np.abs(model.state.channel[:, 1]).max() > 1e-6


@pytest.mark.parametrize(
    "changes",
    [WILD, {"opinion.rule": {"name": "bounded_confidence", "strength": 0.5}}, {"opinion.rule": "degroot"}, GENTLE],
    ids=["voter", "bounded confidence", "degroot", "gentle"],
)
def test_direct_and_relayed_are_what_trolls_words_did_to_their_readers(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside everybody goes the opinion that they would have if trolls' own messages left them, and nobody else, cold."""
    world = busy_world(**changes)
    cold = np.full(world.people, np.nan)
    original = Citizen.change_mind

    def change_mind(self: Citizen, readings: list[Reading]) -> tuple[float, float, float, float]:
        x, rule, parameters = self.current_stances()[0], self.model.world.opinion.rule, self.model.parameters
        weights = [rule.weight(x, r.stances[0], self.confidence_bound, rule.parameters()) for r in readings]
        share = 1.0 / sum(weights) if parameters.rule.averages and sum(weights) > 0.0 else 1.0
        y = x if np.isnan(cold[self.person]) else cold[self.person]
        pull = sum(
            share * weight * (reading.stances[0] - y)
            for weight, reading in zip(weights, readings, strict=True)
            if reading.role != Role.TROLL
        )
        side = float(self.model.schedule.event_side[self.model.step_index])
        cold[self.person] = moved(
            y, pull, self.anchor, parameters.opinion.anchoring, parameters.calendar.event_pull if side else 0.0, side
        )
        return original(self, readings)

    monkeypatch.setattr(Citizen, "change_mind", change_mind)
    model = begin(world, None, 1, "agents").engine
    furthest = 0.0
    for _ in days(model):
        seen = ~np.isnan(cold)
        gap = model.state.opinion[seen, 0] - cold[seen]
        np.testing.assert_allclose(model.state.channel[seen].sum(axis=1), gap, atol=1e-9, rtol=0)
        furthest = max(furthest, float(np.abs(gap).max()))
    assert furthest > 1e-3
    assert changes is not WILD or (np.abs(model.state.opinion) == 1.0).any()


@given(cases(), SEEDS)
@settings(max_examples=30)
def test_every_part_of_everybody_stays_on_the_scale(case: tuple[World, Branch], seed: int) -> None:
    """Direct, relayed and induced too, under any rule."""
    for model in days(begin(*case, seed).engine):
        induced = parts(model)[:, 0] - model.state.channel.sum(axis=1)
        assert np.abs(np.column_stack([model.state.channel, induced])).max() <= SCALE + 1e-12


OPINIONS = st.floats(-1.0, 1.0)
MESSAGES = st.lists(st.tuples(st.sampled_from("dro"), OPINIONS, st.floats(-1.0, 1.0)), max_size=6)


@given(
    st.lists(MESSAGES, min_size=1, max_size=12), OPINIONS, st.sampled_from([0.1, 1.0, 5.0, 1e6]), st.floats(0.0, 1.0)
)
@settings(max_examples=300)
@example(
    [[("d", -1.0, 0.98)], [("r", 1.0, 0.98)], [("d", -1.0, 0.98)]], 0.0, 1.0, 0.0
)  # opposite, each beyond the scale
def test_channels_of_any_sessions(sessions: list[Any], anchor: float, size: float, anchoring: float) -> None:
    """Whatever is read, of whatever weight: the channels stay on the scale, add up to x - y and are negated with everything
    else. Where no opinion can leave the scale they are what came in, less what was washed out, and beyond it opposite ones
    cancel."""
    x = y = anchor
    channels, mirrored = (0.0, 0.0), (-0.0, -0.0)
    for messages in sessions:
        read = [(kind, stance, weight * size) for kind, stance, weight in messages]
        direct, relayed, others = (sum(w * (s - x) for k, s, w in read if k == kind) for kind in "dro")
        weight = sum(w for kind, _, w in read if kind == "o")
        to = drawn(x, direct + relayed + others, anchor, anchoring, 0.02, 1.0)
        after = channels_moved(*channels, direct, relayed, weight, anchoring, 0.02, to)
        mirrored = channels_moved(*mirrored, -direct, -relayed, weight, anchoring, 0.02, -to)
        assert mirrored == (-after[0], -after[1])
        assert max(map(abs, after)) <= SCALE + 1e-12
        if all(w >= 0.0 for *_, w in read) and sum(w for *_, w in read) + anchoring + 0.02 <= 1.0:
            kept = 1.0 - weight - anchoring - 0.02
            expected = (channels[0] * kept + direct, channels[1] * kept + relayed)
            beyond = max(0.0, *(abs(part) - SCALE for part in expected))
            assert beyond < 1e-9 or expected[0] * expected[1] < 0.0
            cancelled = tuple(math.copysign(abs(part) - beyond, part) for part in expected)
            assert after == pytest.approx(cancelled, abs=1e-9)
        y = moved(y, sum(w * (s - y) for k, s, w in read if k == "o"), anchor, anchoring, 0.02, 1.0)
        x = clipped(to)
        if size <= 1.0:  # beyond, the last bit of an opinion can be all that decides at which end it lands
            assert sum(after) == pytest.approx(x - y, abs=1e-9)
        y = x - sum(after)
        channels = after


def test_a_reader_whom_nothing_but_others_moves_has_no_channels() -> None:
    x = 0.3
    for pull, weight in ((0.4, 0.5), (-9.0, 4.0), (1e90, 1e100), (-1e90, -1e100)):
        to = drawn(x, pull, 0.1, 0.2, 0.02, -1.0)
        assert channels_moved(0.0, 0.0, 0.0, 0.0, weight, 0.2, 0.02, to) == (0.0, 0.0)
        x = clipped(to)


@pytest.mark.parametrize(
    ("direct", "relayed", "to", "left"),
    [
        (-0.5, 0.0, -1.3, (-0.2, 0.0)),  # what the pull would have done beyond the end is not the trolls' doing
        (-0.5, 0.0, -1.7, (0.0, 0.0)),  # without them others had drawn the reader to the end
        (-0.4, -0.4, -1.2, (-0.3, -0.3)),
        (-0.6, 0.2, -1.3, (-0.3, 0.2)),
        (0.6, -0.2, -1.1, (0.2, -0.2)),  # the same, and all that is left of the one is what the other took away
        (1.9, -1.5, 0.5, (1.9, -1.5)),
        (7.0, -7.0, 0.0, (2.0, -2.0)),
        (7.0, -6.5, 0.2, (2.0, -1.5)),
    ],
)
def test_what_is_cut_off_comes_off_the_channel_that_pushed(
    direct: float, relayed: float, to: float, left: tuple[float, float]
) -> None:
    assert channels_moved(0.0, 0.0, direct, relayed, 0.0, 0.0, 0.0, to) == pytest.approx(left, abs=1e-12)


def signed_root(shift: float) -> float:
    """In which shifts are rounded."""
    return float(np.sign(shift) * np.sqrt(abs(shift) / 2.0))


def test_messages_carry_the_parts_of_their_author() -> None:
    """A new message on the topic says what its author thinks, and how much of it is due to whom, to within rounding."""
    model = begin(busy_world(), None, 1).engine
    checked = 0
    while model.step_index < model.last_step:
        step = model.step_index
        model.advance(step + 1)
        for account in range(model.world.people):
            for entry in model.state.outbox[account]:
                if (entry["author"], entry["created"], entry["posted"]) != (account, step, step) or entry[
                    "stance"
                ] == -32768:
                    continue
                person = model.society.person[account]
                x, part = model.state.opinion[person], parts(model)[person]
                assert entry["stance"] / 32767 == pytest.approx(x[0], abs=2e-5)
                for value, name in zip(part[:3], ("troll_shift", "organiser_shift", "event_shift"), strict=True):
                    assert signed_root(expand(int(entry[name]))) == pytest.approx(signed_root(value), abs=0.51 / 32767)
                checked += 1
    assert checked > 50


@pytest.mark.parametrize("x", [-1.0, -0.3, 0.0, 0.8, 1.0])
def test_moves_are_clamped_to_the_scale(x: float) -> None:
    assert moved(x, 5.0, 0.0, 0.0, 0.0, 0.0) == 1.0
    assert moved(x, -5.0, 0.0, 0.0, 0.0, 0.0) == -1.0
    assert moved(x, 0.0, x, 0.3, 0.0, 0.0) == x
    assert moved(x, 0.0, 0.0, 1.0, 0.0, 0.0) == pytest.approx(0.0)
    assert moved(x, 0.0, x, 0.0, 1.0, 1.0) == pytest.approx(1.0)
