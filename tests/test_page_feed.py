"""The feed that a page shows is the one of the specification: same messages, same order, same reasons, and nothing is changed."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
import sim.page
from sim.engine.agents import Citizen, Item
from sim.moderation import Downranking, HashtagLimit, Labels, Rates, Takedown
from sim.opinion.rule import LEAST_SUM
from sim.page.kernels.showing import Shown
from tests.page_driver import Wasm
from tests.test_page import still_world

pytestmark = pytest.mark.slow  # the engine is built for a page

POLICIES = (
    Labels(0, Rates(tpr=0.6, fpr=0.2), persuasion=0.3, reshare=0.2),
    Downranking(0.5, Rates(tpr=0.5, fpr=0.2, salt=2), visibility=0.4),
    HashtagLimit(1, posts=1),
    Takedown(1, Rates(tpr=0.5, fpr=0.1), accounts=11),
)
WORLDS = {
    "busy": (lambda: still_world(), 1.75),
    "ranked": (lambda: still_world(**{"feed.reading": "ranked"}), 1.75),
    "arrival": (lambda: still_world(**{"feed.reading": "arrival"}), 1.75),
    "averaging": (lambda: still_world(**{"opinion.rule": {"name": "hegselmann_krause", "bound": 0.4}}), 1.75),
    "susceptible": (lambda: still_world(**{"opinion.rule": "friedkin_johnsen"}), 1.75),
    "hk2019": (lambda: sim.World.hk2019(people=1000, burn_in_days=1, days=3), 1 + 20 / 24),
}


def share_of(citizen: Citizen, items: list[Item]) -> float:
    """What the specification multiplies the weights of a person's news with."""
    rule, share = citizen.model.world.opinion.rule, 1.0
    if rule.averages:
        share = rule.own_weight
        for item in filter(citizen.news, items):
            share += weight_of(citizen, item) * citizen.credibility(item.entry, item.entry.opinion)
        share = 1.0 / share if share >= LEAST_SUM else 0.0
    return share * citizen.susceptibility if rule.susceptible else share


def weight_of(citizen: Citizen, item: Item) -> float:
    """What the world's rule gives a message."""
    model = citizen.model
    x = citizen.current_stances()[0]
    rule = model.world.opinion.rule
    return rule.checked_weight(x, item.entry.opinion, citizen.confidence_bound, model.rule_parameters)


def expected_row(citizen: Citizen, item: Item, share: float) -> list[float]:
    """What the specification says of a message in a person's feed, by what its weights are multiplied with."""
    model, entry = citizen.model, item.entry
    carriers: dict[int, int] = {}
    for followee in citizen.followees():
        posted = [each.posted for each in followee.outbox() if each.name == entry.name and model.visible(each)]
        if posted:
            carriers[followee.account] = max(posted)
    followed = carriers.pop(entry.author, None) is not None
    last = max(carriers.values(), default=-1)
    new, stance = citizen.news(item), entry.opinion if entry.on_topic else math.nan
    pull, far = math.nan, False
    if new:
        w = weight_of(citizen, item)
        pull = w * citizen.credibility(entry, stance) * share * (stance - citizen.current_stances()[0])
        far = w == 0.0
    return [
        entry.author, entry.created, item.latest, item.shares, item.from_stream, followed, len(carriers),
        next((account for account, posted in carriers.items() if posted == last), -1), new, stance,
        citizen.engagement_of(item), pull, far,
    ]  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_a_feed_in_a_page_is_that_of_the_specification(name: str) -> None:
    make, day = WORLDS[name]
    world, branch = make(), sim.Branch(POLICIES)
    wasm = Wasm(sim.page.export(world, seed=2)).take(branch).advance(day)
    run = sim.begin(world, branch, seed=2, engine="agents").advance(day)
    assert wasm.step == run.engine.step_index
    before, seen = wasm.digest, np.zeros(Shown.COLUMNS)
    for citizen in run.engine.citizens():
        if not citizen.active:
            assert wasm.reads_nothing(citizen.account)
            continue
        carried = citizen.carried_by(citizen.followees())
        stream = citizen.topic_messages() if citizen.reads_topic() else []
        items = citizen.feed_of(carried) + [item for item in stream if item.entry.name not in carried]
        share = share_of(citizen, items)
        expected = np.array([expected_row(citizen, item, share) for item in items]).reshape(-1, Shown.COLUMNS)
        found = wasm.feed(citizen.account)
        np.testing.assert_array_equal(found.to_numpy(), expected)
        seen += np.nansum(np.abs(found.to_numpy()), axis=0)
    assert (seen > 0).tolist() == [column != Shown.FAR or name != "susceptible" for column in range(Shown.COLUMNS)]
    assert wasm.reads_nothing(world.people + 1)
    assert wasm.digest == before == run.engine.digest


def test_looking_has_no_part_in_what_happens() -> None:
    world = still_world()
    page = sim.page.export(world, seed=3)
    wasm = Wasm(page).advance(0.5)
    for account in range(world.people):
        wasm.look(account)
    assert wasm.advance().digest == sim.simulate(world, seed=3).digest


def test_where_messages_have_no_weight_nobody_is_too_far_away() -> None:
    """Nothing moves anybody at no strength at all, and nobody who is not believed, however near."""
    world = still_world(**{"opinion.rule": "bounded_confidence"})
    page = sim.page.export(world, seed=2)
    idle = Wasm(page).pull({"opinion.rule.strength": 0.0}).advance(1.75)
    silenced = Wasm(page).take(sim.Branch((Labels(0, Rates(tpr=1.0, fpr=1.0), persuasion=0.0),))).advance(1.75)
    for wasm, is_far in ((idle, False), (silenced, True)):
        feeds = [wasm.feed(account) for account in range(world.people) if not wasm.reads_nothing(account)]
        new = np.concatenate([feed[feed["new"] == 1.0].to_numpy() for feed in feeds])
        assert len(new) > 0 and not new[:, Shown.PULL].any()
        assert new[:, Shown.FAR].any() == is_far and not new[:, Shown.FAR].all()
