"""The feed that a page shows is the one of the specification: same messages, same order, same reasons, and nothing is changed."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
import sim.page
from sim.engine.agents import Citizen, Item
from sim.moderation import Downranking, HashtagLimit, Labels, Rates, Takedown
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
    "hk2019": (lambda: sim.World.hk2019(people=1000, burn_in_days=1, days=3), 1 + 20 / 24),
}


def expected_row(citizen: Citizen, item: Item) -> list[float]:
    """What the specification says of a message in a person's feed."""
    model, entry = citizen.model, item.entry
    carriers: dict[int, int] = {}
    for followee in citizen.followees():
        posted = [each.posted for each in followee.outbox() if each.name == entry.name and model.visible(each)]
        if posted:
            carriers[followee.account] = max(posted)
    followed = carriers.pop(entry.author, None) is not None
    last = max(carriers.values(), default=-1)
    new, stance = citizen.news(item), entry.opinion if entry.on_topic else math.nan
    pull = math.nan
    if new:
        x = citizen.current_stances()[0]
        w = model.world.opinion.rule.checked_weight(x, stance, citizen.confidence_bound, model.rule_parameters)
        pull = w * citizen.credibility(entry, stance) * (stance - x)
    return [
        entry.author, entry.created, item.latest, item.shares, item.from_stream, followed, len(carriers),
        next((account for account, posted in carriers.items() if posted == last), -1), new, stance,
        citizen.engagement_of(item), pull,
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
        expected = np.array([expected_row(citizen, item) for item in items]).reshape(-1, Shown.COLUMNS)
        found = wasm.feed(citizen.account)
        np.testing.assert_array_equal(found.to_numpy(), expected)
        seen += np.nansum(np.abs(found.to_numpy()), axis=0)
    assert (seen > 0).all()
    assert wasm.reads_nothing(world.people + 1)
    assert wasm.digest == before == run.engine.digest


def test_looking_has_no_part_in_what_happens() -> None:
    world = still_world()
    page = sim.page.export(world, seed=3)
    wasm = Wasm(page).advance(0.5)
    for account in range(world.people):
        wasm.look(account)
    assert wasm.advance().digest == sim.simulate(world, seed=3).digest
