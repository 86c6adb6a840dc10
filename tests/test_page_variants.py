"""Variants of a page's world: each is, to the last byte, what the world would be by itself, and a fraction of its size."""

from __future__ import annotations

import gzip
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.page.patch import edits
from tests.page_driver import patched
from tests.test_page import still_world

HONG_KONG = sim.World.hk2019(people=1000, burn_in_days=1, days=130)
RATE = HONG_KONG.campaign.sleepers.waking_rate
CHANGES: dict[str, dict[str, Any]] = {
    "half": {"campaign.sleepers.waking_rate": RATE / 2},
    "local": {"campaign.local_follower_share": 0.1},
    "both": {"campaign.sleepers.waking_rate": 2 * RATE, "campaign.local_follower_share": 0.001},
    "rule": {"opinion.rule": {"name": "hegselmann_krause", "bound": 0.4}},
    "local_and_rule": {"campaign.local_follower_share": 0.1, "opinion.rule": "degroot"},
}


@pytest.fixture(scope="module")
def hong_kong() -> sim.page.PageWorld:
    return sim.page.export(HONG_KONG, seed=3, variants=CHANGES)


@pytest.mark.parametrize("name", CHANGES)
def test_a_variant_is_the_world_that_it_would_be_by_itself(name: str, hong_kong: sim.page.PageWorld) -> None:
    alone = sim.page.export(HONG_KONG.replace(CHANGES[name]), seed=3)
    image, layout = patched(hong_kong, name)
    assert image == alone.image != hong_kong.image
    assert layout == alone.layout == hong_kong.variants[name].layout
    assert hong_kong.variants[name].world == alone.world


def test_a_patch_has_what_is_otherwise_and_nothing_else(hong_kong: sim.page.PageWorld) -> None:
    whole = len(gzip.compress(hong_kong.image))
    sizes = {name: len(gzip.compress(variant.patch)) for name, variant in hong_kong.variants.items()}
    assert max(sizes.values()) < whole / 10
    assert sizes["rule"] < 3000 and sizes["local_and_rule"] < 3000  # of "local", which it shares all arrays with
    assert b'"of":"local"' in hong_kong.variants["local_and_rule"].patch


def test_variants_of_a_world_with_every_feature_of_pages() -> None:
    world = still_world(**{"campaign.adaptation": "rebuilding"})
    changes = {"waking": {"campaign.sleepers.waking_rate": 0.01}, "local": {"campaign.local_follower_share": 0.5}}
    page = sim.page.export(world, seed=2, variants=changes)
    for name, fields in changes.items():
        assert patched(page, name)[0] == sim.page.export(world.replace(fields), seed=2).image


@given(
    old=st.lists(st.integers(0, 3), max_size=60), at=st.lists(st.integers(0, 60), max_size=6), more=st.integers(0, 9),
    kind=st.sampled_from([np.uint8, np.int64, np.float64, "V3"]),
)  # fmt: skip
def test_any_row_is_made_of_any_other(old: list[int], at: list[int], more: int, kind: Any) -> None:
    new = list(old)
    for place in at:
        new[place : place + place % 3] = [more] * (place % 4)
    rows = [np.array(each, dtype=np.uint8) for each in (old, new)]
    first, second = (
        np.frombuffer(np.repeat(each, 3).tobytes(), dtype="V3") if kind == "V3" else each.astype(kind) for each in rows
    )
    runs, brought = edits(first, second)
    made, from_, put = [second[:0]], 0, 0
    for same, leave, brings in runs.tolist():
        made += [first[from_ : from_ + same], brought[put : put + brings]]
        from_, put = from_ + same + leave, put + brings
    assert np.concatenate(made).tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"a": {"people": 1200}}, "variants.a must leave the page's people as it is."),
        ({"a": {"days": 30}}, "variants.a must leave the page's calendar as it is."),
        (
            {"a": {"population.confidence_low": 0.3}},
            "variants.a must leave people as they are: a variant has the same.",
        ),
        (
            {"a": {"campaign.local_follower_share": 2}},
            "variants.a.campaign.local_follower_share must be a number from 0 to 1",
        ),
        ({"a": {"campaign.local_folower_share": 1}}, "did you mean local_follower_share?"),
        (
            {"a": {"campaign.adaptation": "evading"}},
            "variants.a.world.campaign.adaptation must be static or rebuilding",
        ),
        ({"a/b": {}}, "variants must have names of letters, digits, _, - and . only, not 'a/b'."),
        ({str(i): {} for i in range(101)}, "variants must be at most 100, not 101."),
    ],
)
def test_what_cannot_be_a_variant_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(sim.InputError) as refused:
        sim.page.export(HONG_KONG, variants=changes)
    assert re.search(re.escape(sentence), str(refused.value)), str(refused.value)
