"""The meaning of a world, a branch and a seed is fixed: their digests are kept, and change only with MODEL_VERSION."""

from __future__ import annotations

import json

import pytest

import sim
from tests import refresh_golden
from tests.refresh_golden import GOLDEN, digests


def test_the_meaning_of_a_seed_has_not_changed() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden["model_version"] == sim.MODEL_VERSION, (
        "MODEL_VERSION was raised: run `python -m tests.refresh_golden` to keep the new digests."
    )
    present = digests()
    changed = [name for name in golden["digests"] if present.get(name) != golden["digests"][name]]
    assert not changed, (
        f"The same world, branch and seed give other numbers than before ({', '.join(changed)}). If that is meant, raise "
        "MODEL_VERSION in sim/version.py and run `python -m tests.refresh_golden`; if not, it is a bug."
    )
    assert present.keys() == golden["digests"].keys(), "Run `python -m tests.refresh_golden` to add the new case."


def test_digests_are_not_overwritten_without_a_new_version(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    path = refresh_golden.Path(str(tmp_path)) / "golden.json"
    monkeypatch.setattr(refresh_golden, "GOLDEN", path)
    monkeypatch.setattr(refresh_golden, "digests", lambda: {"a": "1"})
    assert "1 digest" in refresh_golden.refresh()
    assert "nothing to do" in refresh_golden.refresh()
    monkeypatch.setattr(refresh_golden, "digests", lambda: {"a": "2"})
    with pytest.raises(SystemExit, match="raise MODEL_VERSION"):
        refresh_golden.refresh()
    assert json.loads(path.read_text())["digests"] == {"a": "1"}
    # A new case beside unchanged ones needs no new version.
    monkeypatch.setattr(refresh_golden, "digests", lambda: {"a": "1", "b": "3"})
    refresh_golden.refresh()
    assert json.loads(path.read_text())["digests"] == {"a": "1", "b": "3"}
    monkeypatch.setattr(refresh_golden, "digests", lambda: {"a": "2", "b": "4"})
    monkeypatch.setattr(sim, "MODEL_VERSION", sim.MODEL_VERSION + 1)
    refresh_golden.refresh()
    assert json.loads(path.read_text()) == {"model_version": sim.MODEL_VERSION, "digests": {"a": "2", "b": "4"}}
