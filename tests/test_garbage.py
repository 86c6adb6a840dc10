"""Runs that are over are collected at once, and what was there before a study is not looked at each time."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

import sim
from sim.engine.engine import Engine
from sim.garbage import brief_collections
from tests.worlds import busy_world


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Nothing is frozen beforehand, as in a user's process; tests that come after this find it frozen again."""
    gc.unfreeze()
    yield
    gc.freeze()


def test_a_study_looks_at_nothing_that_was_there_before(monkeypatch: pytest.MonkeyPatch) -> None:
    collect, found = gc.collect, []

    def collected(*generation: int) -> int:
        unreachable = collect(*generation)
        found.append((gc.get_freeze_count() > 10_000, [one for one in gc.get_objects() if isinstance(one, Engine)]))
        return unreachable

    monkeypatch.setattr(gc, "collect", collected)
    sim.compare(busy_world(), {"none": sim.Branch()}, seeds=3, threads=1)
    assert found == [(True, [])] * 3
    assert gc.get_freeze_count() == 0


def test_what_was_frozen_stays_so() -> None:
    """But for a few that may be given up by whoever held them."""
    with brief_collections():
        frozen = gc.get_freeze_count()
        with brief_collections(), pytest.MonkeyPatch.context() as patch:
            for name in ("freeze", "unfreeze"):
                patch.delattr(gc, name)
            assert 10_000 < frozen - 1000 < gc.get_freeze_count() <= frozen
        assert 10_000 < frozen - 1000 < gc.get_freeze_count() <= frozen
    assert gc.get_freeze_count() == 0
