"""The meaning of a world, a branch and a seed is fixed: what golden cases give is kept, and changes only with MODEL_VERSION."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.state import Count, State, Trace
from sim.fields import register
from sim.outcomes import OUTCOMES
from sim.society.groups import Group
from sim.version import VERSIONS
from tests import golden, golden_cases, refresh_golden
from tests.golden_cases import Case

CASES = golden_cases.cases()
ADVICE = (
    "The same world, branch and seed give other numbers than before. If that is meant, raise MODEL_VERSION in sim/version.py, "
    "say there what changed, and run `python -m tests.refresh_golden`; if not, it is a bug. Other than before:"
)


def _is_slow(name: str, engine: str) -> bool:
    """Whether it is one of the two largest worlds in the engine that takes accounts one by one."""
    return engine == "agents" and name.startswith(
        ("Hong Kong with more trolls", "Hong Kong on two platforms, observed")
    )


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        pytest.param(name, engine, marks=[pytest.mark.slow] if _is_slow(name, engine) else [])
        for name in CASES
        for engine in golden.ENGINES
    ],
)
def test_the_meaning_of_a_seed_has_not_changed(name: str, engine: str) -> None:
    kept = golden.kept()
    expected = kept["cases"].get(name)
    assert expected is not None, f"Run `python -m tests.refresh_golden` to add the case {name!r}."
    assert set(kept["outcomes"]) <= {outcome.name for outcome in OUTCOMES}, ADVICE
    given = golden.digests(CASES[name], engine, kept["outcomes"])
    changed = [part for part in expected if given.get(part) != expected[part]]
    assert not changed, f"{ADVICE} {name} ({', '.join(changed)}), engine {engine}."
    assert given.keys() == expected.keys(), "Run `python -m tests.refresh_golden` to add what is new in it."


def test_what_is_computed_from_runs_has_not_changed() -> None:
    kept, given = golden.kept()["numbers"], golden.numbers()
    changed = {name: (kept[name], given.get(name)) for name in kept if not golden.close(kept[name], given.get(name))}
    assert not changed, f"{ADVICE} {changed}"
    assert given.keys() == kept.keys(), "Run `python -m tests.refresh_golden` to add the new numbers."


def test_defaults_and_the_real_case_have_not_changed() -> None:
    kept, given = golden.kept()["settings"], golden.settings()
    changed = {name: (kept[name], given.get(name)) for name in kept if kept[name] != given.get(name)}
    assert not changed, f"{ADVICE} {changed}"
    assert given.keys() == kept.keys(), "Run `python -m tests.refresh_golden` to add the new fields."


def test_golden_json_is_of_this_model() -> None:
    kept = golden.kept()
    assert kept["model_version"] == sim.MODEL_VERSION, "Run `python -m tests.refresh_golden` to keep what is new."
    assert kept["cases"].keys() == CASES.keys(), "Run `python -m tests.refresh_golden`: cases came or went."
    assert kept["outcomes"] == [outcome.name for outcome in OUTCOMES], "Run `python -m tests.refresh_golden`."


def test_every_version_says_what_it_changed() -> None:
    assert list(VERSIONS) == list(range(1, sim.MODEL_VERSION + 1)), (
        "sim/version.py lists every version up to the newest"
    )
    assert all(line.strip() and "\n" not in line for line in VERSIONS.values())


def test_cases_use_all_there_is() -> None:
    missing = golden.unseen(CASES.values())
    assert not missing, f"Add to tests/golden_cases.py what golden cases lack: {'; '.join(missing)}."


@pytest.mark.parametrize(
    ("kept", "sentences"),
    [
        (lambda case: case.world.graph.kind != "file", ["OnFile occurs in no golden case"]),
        (lambda case: case.world.feed.reading != "ranked", ["Feed.reading is 'ranked' in no golden case"]),
        (
            lambda case: "Evading" not in str(case.world.campaign.adaptation),
            ["Evading occurs in no golden case"],
        ),
        (
            lambda case: not case.branch.spares_innocents,
            ["Branch.spares_innocents is True in no golden case"],
        ),
        (
            lambda case: not any(isinstance(policy, sim.moderation.TipOff) for policy in case.branch.policies),
            ["TipOff occurs in no golden case"],
        ),
        (
            lambda case: case.world.expression.silence_by == "climate",
            [
                "Expression.confidence_step is the same in all golden cases",
                "Expression.silence_by is 'confidence' in no",
            ],
        ),
    ],
)
def test_what_no_case_uses_is_named(kept: Any, sentences: list[str]) -> None:
    missing = golden.unseen(case for case in CASES.values() if kept(case))
    for sentence in sentences:
        assert any(line.startswith(sentence) for line in missing), missing


def test_a_new_kind_of_policy_needs_a_case() -> None:
    @register("golden_ban")
    @dataclasses.dataclass(frozen=True)
    class Ban(sim.moderation.Takedown):
        """A policy that no case has."""

    assert golden.unseen(CASES.values()) == []  # a user's own, like this one, is no part of the model
    Ban.__module__ = "sim.moderation.ban"
    try:
        assert golden.unseen(CASES.values()) == ["Ban occurs in no golden case"]
    finally:
        Ban.__module__ = __name__


def test_everything_happens_in_some_case() -> None:
    """Each outcome and whatever else a state holds comes to differ from where it starts, or digests would not see it change."""
    values: dict[str, set[float]] = defaultdict(set)
    moved: set[str] = set()
    counts, traces = np.zeros(Count.COLUMNS, dtype=np.int64), np.zeros(Trace.COLUMNS, dtype=np.int64)
    waking = followed = 0
    records: set[tuple[str, str, str]] = set()
    for case in CASES.values():
        model = golden.run_case(case)
        for outcome in OUTCOMES:
            values[outcome.name] |= {day[outcome.name] for day in model.daily if not np.isnan(day[outcome.name])}
        state = model.state
        moved |= {
            name for name in State._fields if (array := getattr(state, name)).size and (array != array.flat[0]).any()
        }
        counts += state.counts.sum(axis=0)
        traces += state.traces.sum(axis=0, dtype=np.int64)
        group = model.society.group
        troll = group >= Group.ACTIVE_TROLL
        followed += int(model.followers[troll].sum())
        waking += int((state.active_since[troll] > model.world.burn_in_ticks).sum())
        records |= {(r.policy, r.platform, r.action) for r in model.removals if r.removed}
    assert {name for name in values if len(values[name]) < 2} == set()
    assert moved >= set(State._fields) - {"stream_size", "dehumanising_read"}  # one number; reset at the end of a day
    only_new = (Group.ORGANISER, Group.OUTLET, Group.PAGE)
    assert set(np.flatnonzero(counts == 0)) == {Count.RESHARES + group for group in only_new}
    assert traces.all()
    assert waking > 100
    assert followed > 1000
    for policy in ("takedown", "enforcement", "tip_off"):
        assert {(policy, "first", "suspend"), (policy, "second", "suspend")} <= records
    assert {("appeals", "first", "restore"), ("appeals", "second", "restore")} <= records
    assert {("preemptive_removal", "first", "suspend"), ("registration_checks", "first", "suspend")} <= records


def _content(version: int = sim.MODEL_VERSION, **digests: str) -> dict[str, Any]:
    cases = {name: {"state": digest} for name, digest in digests.items()}
    return {"model_version": version, "outcomes": [], "cases": cases, "numbers": {"n": 1.0}, "settings": {"s": 1}}


def test_nothing_is_overwritten_without_a_new_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    now: dict[str, Any] = {}
    monkeypatch.setattr(golden, "GOLDEN", tmp_path / "golden.json")
    monkeypatch.setattr(refresh_golden, "OUTCOMES", ())
    monkeypatch.setattr(refresh_golden, "content", lambda _: {**now})
    now |= _content(a="1")
    assert "1 case" in refresh_golden.refresh()
    assert "nothing to do" in refresh_golden.refresh()
    for changed, named in (
        (_content(a="2"), r"1 changed \(a \(state\)\)"),
        (_content(b="1"), r"1 changed \(a \(state\)\)"),
        ({**_content(a="1"), "numbers": {"n": 1.1}}, r"\(n\)"),
        ({**_content(a="1"), "numbers": {}}, r"\(n\)"),
        ({**_content(a="1"), "settings": {"s": 2}}, r"\(s\)"),
    ):
        now |= changed
        with pytest.raises(SystemExit, match=named):
            refresh_golden.refresh()
        assert golden.kept() == _content(a="1")
    # A new case beside unchanged ones needs no new version, nor does the last digit of a number on another machine.
    now |= {**_content(a="1", b="3"), "numbers": {"n": 1.0 + 1e-12, "m": 2.0}, "settings": {"s": 1, "t": 0}}
    refresh_golden.refresh()
    added = {**_content(a="1", b="3"), "numbers": {"n": 1.0, "m": 2.0}, "settings": {"s": 1, "t": 0}}
    assert golden.kept() == added
    assert "nothing to do" in refresh_golden.refresh()
    monkeypatch.setattr(sim, "MODEL_VERSION", sim.MODEL_VERSION + 1)
    now |= _content(sim.MODEL_VERSION, a="2", b="4")
    refresh_golden.refresh()
    assert golden.kept() == now


def test_engines_that_differ_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden_cases, "cases", lambda: {"some case": Case(sim.World(people=2))})
    monkeypatch.setattr(golden, "digests", lambda case, engine, outcomes: {"state": engine, "days": "1"})
    with pytest.raises(SystemExit, match=r"the engines differ in 'some case' \(state\)"):
        refresh_golden.results(())
