"""Calibration: a planted value is found, what the data do not tell is said, and a fit that was killed goes on undisturbed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import sim
from experiments.calibrate import main
from experiments.calibration.fit import MISFIT, PLACE, VALUE, Problem, _mend, fit
from experiments.calibration.profile import DEVIANCE, FIELD, TOLD_APART, Identified, best_of, identified, profiles
from experiments.calibration.quantities import FinalOutcome, Measured, PersuasionLeft
from experiments.calibration.targets import Target, packaged, targets_of
from experiments.run import main as run
from sim.fields import InputError, describe_fields
from sim.sampling import Factor
from sim.study.compare import Study

pytest.importorskip("optuna", reason="an extra brings it: pip install 'groundswell[analysis]'")

LINE = Factor("a", low=0.0, high=10.0)
OTHER = Factor("b", low=0.01, high=1.0, scale="log")


def target(name: str, value: float, error: float = 0.1, weight: float = 1.0) -> Target:
    simulated = FinalOutcome("posts")
    return Target(name, value, "1", "a test", simulated, standard_error=error, weight=weight)


def problem(targets: Sequence[Target], simulate: Any, factors: Sequence[Factor] = (LINE,)) -> Problem:
    def evaluate(values: Mapping[str, Any]) -> list[Measured]:
        return [Measured(value, 0.0) for value in simulate(**values)]

    return Problem(tuple(factors), tuple(targets), evaluate)


def known(found: Problem, place: Path, trials: int = 12, points: int = 21) -> tuple[pd.DataFrame, list[Identified]]:
    table = fit(found, place / "fit.journal", trials, points, lambda *_: None)
    return table, identified(found, profiles(found, table, points))


def test_a_planted_value_is_found_with_the_interval_that_it_has(tmp_path: Path) -> None:
    """simulated = 2 a, measured 6.4 with an error of 0.5: a is 3.2 with an error of 0.25."""
    found = problem([target("t", 6.4, 0.5)], lambda a: [2 * a])
    _, (a,) = known(found, tmp_path)
    assert a.best == pytest.approx(3.2, abs=0.1)
    assert a.low == pytest.approx(3.2 - 1.96 * 0.25, abs=0.06) and a.high == pytest.approx(3.2 + 1.96 * 0.25, abs=0.06)
    assert re.fullmatch(r"a is 3\.\d\d, with a 95 % interval from 2\.\d\d to 3\.\d\d\.", a.sentence)


def test_weights_and_errors_of_simulation_count(tmp_path: Path) -> None:
    """Two targets that disagree: 2 and 5, the first with thrice the weight; then the first simulated with an error as well."""
    pair = [target("t", 2.0, 0.3, weight=3.0), target("u", 5.0, 0.3)]
    _, (a,) = known(problem(pair, lambda a: [a, a]), tmp_path / "one")
    assert a.best == pytest.approx((3 * 2 + 5) / 4, abs=0.15)
    exact = Problem((LINE,), tuple(pair), lambda values: [])
    rough = exact.misfit([Measured(3.0, 0.4), Measured(5.0, 0.0)])
    assert rough == pytest.approx(3 * (1.0 / 0.25) / 2)


def test_a_field_that_does_nothing_is_not_identified(tmp_path: Path) -> None:
    found = problem([target("t", 6.0)], lambda a, b: [2 * a], [LINE, OTHER])
    table, (a, b) = known(found, tmp_path, points=5)
    assert a.low is not None and a.high is not None
    assert (b.low, b.high) == (None, None) and b.deviance < TOLD_APART
    assert b.sentence.startswith(
        "The targets do not identify b: every value from 0.0100 to 1.00 fits about as well (deviance at most 0;"
    )
    assert table[f"{VALUE} b"].between(0.01, 1.0).all()


def test_fields_that_make_up_for_each_other_are_not_identified_though_each_would_be_alone(tmp_path: Path) -> None:
    def add(a: float, b: float = 1.0) -> list[float]:
        return [a + 10 * math.log10(b)]

    both = problem([target("t", 0.0, 0.5)], add, [LINE, OTHER])
    table, (_, b) = known(both, tmp_path / "both", trials=20, points=5)
    assert b.low is None or b.high is None
    alone, (only,) = known(problem([target("t", 5.0, 0.5)], add), tmp_path / "alone")
    assert only.low is not None and only.high is not None and only.high - only.low < 2.5
    assert len(table) > len(alone)


def test_a_target_that_bounds_on_one_side_says_so(tmp_path: Path) -> None:
    _, (a,) = known(problem([target("t", 0.0, 1.0)], lambda a: [max(0.0, a - 4)]), tmp_path)
    assert a.low is None and a.high == pytest.approx(4 + 1.96, abs=0.1)
    assert "bound it from above only, at 5." in a.sentence
    _, (a,) = known(problem([target("t", 0.0, 1.0)], lambda a: [max(0.0, 6 - a)]), tmp_path / "below")
    assert a.high is None and "bound it from below only, at 4." in a.sentence


def test_profiles_have_the_best_of_all_and_the_ends_of_each_range(tmp_path: Path) -> None:
    found = problem([target("t", 6.0), target("u", 0.3)], lambda a, b: [2 * a, b], [LINE, OTHER])
    table = fit(found, tmp_path / "fit.journal", 10, 5, lambda *_: None)
    profile = profiles(found, table, 5)
    for factor in (LINE, OTHER):
        part = profile[profile[FIELD] == factor.field]
        places = part[f"{PLACE} {factor.field}"].to_numpy()
        assert len(part) == 6 and places[0] == 0.0 and places[-1] == 1.0 and (np.diff(places) >= 0).all()
        assert part[DEVIANCE].min() == 0.0
        best = best_of(table)
        np.testing.assert_allclose(part[DEVIANCE], 2 * (part[MISFIT] - best[MISFIT]))


class Killed(BaseException):
    """Ends a process as SIGKILL would: nothing behind it is done any more."""


@pytest.mark.parametrize("at", [9, *(pytest.param(at, marks=pytest.mark.slow) for at in (1, 4, 17, 26))])
def test_killed_and_gone_on_with_is_undisturbed(tmp_path: Path, at: int) -> None:
    """Killed while a trial is simulated: it is begun in the journal and has no result there."""
    counted: list[dict[str, Any]] = []

    def evaluate(values: Mapping[str, Any]) -> list[Measured]:
        counted.append(dict(values))
        if len(counted) == at and deadly:
            raise Killed
        return [Measured(values["a"] * values["b"], 0.1)]

    toy = Problem((LINE, OTHER), (target("t", 2.0),), evaluate)
    deadly = False
    undisturbed = fit(toy, tmp_path / "one.journal", 9, 3, lambda *_: None)
    tried, deadly = list(counted), True
    counted.clear()
    with pytest.raises(Killed):
        fit(toy, tmp_path / "two.journal", 9, 3, lambda *_: None)
    with (tmp_path / "two.journal").open("ab") as file:
        file.write(b'{"op_code": 5, "work')  # a line that was being written
    (tmp_path / "two.journal.lock").symlink_to("nowhere")  # Optuna's, which nobody gives back
    deadly, before = False, counted[:-1]
    counted.clear()
    again = fit(toy, tmp_path / "two.journal", 9, 3, lambda *_: None)
    pd.testing.assert_frame_equal(again, undisturbed, check_exact=True)
    assert before + counted == tried  # nothing twice
    counted.clear()
    assert not counted and fit(toy, tmp_path / "two.journal", 9, 3, lambda *_: None).equals(undisturbed) and not counted


def test_killed_while_it_mends_a_journal_it_loses_no_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, whole = tmp_path / "fit.journal", b'{"op_code": 0}\n'
    journal.write_bytes(whole + b'{"op_code": 5, "work')

    def killed(path: Path, _content: bytes) -> int:
        path.open("wb").close()
        raise Killed

    monkeypatch.setattr(Path, "write_bytes", killed)
    with suppress(Killed):
        _mend(journal)
    assert journal.read_bytes() == whole


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "fit.journal"

    def evaluate(values: Mapping[str, Any]) -> list[Measured]:
        fit(problem([target("t", 1.0)], lambda a: [a]), place, 1, 3, lambda *_: None)
        return []

    with pytest.raises(InputError, match=r"^results must not be used by two at once, as .*fit\.journal would be"):
        fit(Problem((LINE,), (target("t", 1.0),), evaluate), place, 1, 3, lambda *_: None)


# What is simulated


class _Runs:
    def __init__(self, timeline: pd.DataFrame) -> None:
        self.timeline = timeline


def test_what_is_left_of_bursts_counts_readers_by_what_they_read() -> None:
    """Two kinds of readers, of whom a tenth and nine tenths of what they read is left after a day: followed day by day."""
    world = sim.World.hk2019(people=1000, days=9)
    wanted = PersuasionLeft(first=2, bursts=3, after=4)
    assert wanted.days(world) == 9 and list(wanted.branches(world)) == [
        f"no trolls from day {day} on" for day in (2, 3, 4, 5)
    ]
    left, read = np.array([0.1, 0.9]), np.array([3.0, 1.0])

    def direct(until: int) -> pd.DataFrame:
        parts, days = np.zeros(2), []
        for day in range(9):
            parts = parts * left + (read if day < until else 0.0)
            days.append(parts.sum())
        return pd.DataFrame({"troll_part_direct": days})

    branches = wanted.branches(world)
    runs = {(name, 1): _Runs(direct(day)) for name, day in zip(branches, (2, 3, 4, 5), strict=True)}
    runs |= {(name, 2): run for (name, _), run in list(runs.items())}
    found = wanted.measured(Study(world, branches, (1, 2), next(iter(branches)), 9, runs))  # type: ignore[arg-type]
    assert found.value == pytest.approx((read * left**4).sum() / read.sum()) and found.error == pytest.approx(
        0.0, abs=1e-12
    )


def test_the_stronger_the_anchor_the_less_is_left_and_no_troll_is() -> None:
    """In the engine, with trolls whom everybody follows."""
    wanted = PersuasionLeft(first=2, bursts=1, after=6)
    changes = {"campaign.local_follower_share": 1.0, "campaign.daily_posts": (600.0,) * 9}
    world = sim.World.hk2019(people=1000, days=9, burn_in_days=1).replace(changes)
    shares = []
    for anchoring in (0.02, 0.2):
        changed = world.replace({"opinion.anchoring": anchoring})
        study = sim.compare(changed, wanted.branches(changed), seeds=2)
        shares.append(wanted.measured(study).value)
        for (name, _), each in study.runs.items():
            day = int(name.split()[4])
            assert each.timeline["active_trolls"].iloc[day - 1] > 0 == each.timeline["active_trolls"].iloc[day]
    assert 0.0 < shares[1] < shares[0] - 0.1 and shares[0] < 1.0


def test_the_error_of_a_mean_over_seeds_is_its_standard_error() -> None:
    world = sim.World(people=20, days=1, graph=sim.graph.Complete())
    study = sim.compare(world, {"all": sim.Branch()}, seeds=4, days=1)
    posts = study.outcomes["posts"].to_numpy(dtype=float)
    found = FinalOutcome("posts").measured(study)
    assert found.value == pytest.approx(posts.mean()) and found.error == pytest.approx(posts.std(ddof=1) / 2)
    with pytest.raises(
        InputError, match="must be something that there is with every seed, which the outcome turnout_movement is"
    ):
        FinalOutcome("turnout_movement").measured(study)


# Files of targets

TOY: dict[str, Any] = {
    "name": "toy",
    "people": 60,
    "changes": [
        {"field": "people_reachable", "value": 60}, {"field": "burn_in_days", "value": 0}, {"field": "days", "value": 1},
        {"field": "graph.kind", "value": "complete"}, {"field": "campaign.sleepers.accounts", "value": 0},
        {"field": "campaign.accounts", "value": 0}, {"field": "organisers.accounts", "value": 0},
    ],
    "free": [{"field": "expression.posting", "low": 0.05, "high": 0.9}],
    "targets": [
        {
            "name": "posts", "value": 15, "standard_error": 3, "unit": "posts a day", "source": "a test",
            "simulated": {"name": "outcome", "outcome": "posts", "after": 1},
        }
    ],
}  # fmt: skip


def written(place: Path, **changes: Any) -> str:
    file = place / "toy.yaml"
    file.write_text(json.dumps({**TOY, **changes}))  # which is YAML, too
    return str(file)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"free": []}, "free must be at least one."),
        ({"free": [{"field": "opinion.anchorin"}]}, "not opinion.anchorin; did you mean opinion.anchoring?"),
        ({"free": [{"field": "feed.length"}]}, "low must be given, with high: no plausible range is written at feed.length."),
        ({"free": [{"field": "opinion.anchoring", "low": 0.1, "high": 3}]}, "must fit the world: world.opinion.anchoring"),
        ({"changes": [{"field": "peeple", "value": 1}]}, "changes must fit the world: world.peeple is not a field"),
        ({"name": "a/b"}, "name must be fit for a file's name"),
        ({"targets": [{**TOY["targets"][0], "standard_error": None}]}, "standard_error must be given, or else low and high."),
        ({"targets": [{**TOY["targets"][0], "low": 1, "high": 2}]}, "standard_error must be given, or else low and high."),
        ({"targets": [{**TOY["targets"][0], "standard_error": None, "low": 1, "high": 2}]}, "value must lie between"),
        ({"targets": [{**TOY["targets"][0], "source": ""}]}, "source must be said, not ''."),
        ({"targets": TOY["targets"] * 2}, "targets must not name anything twice."),
        ({"targets": [{**TOY["targets"][0], "simulated": {"name": "outcome", "outcome": "posts", "after": 3}}]},
         "targets[0].simulated.after must leave enough of the calendar: it has 1 days, and 3 are needed."),
        ({"targets": [{**TOY["targets"][0], "simulated": {"name": "persuasion_lft"}}]}, "did you mean 'persuasion_left'?"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_in_a_sentence(
    changes: dict[str, Any], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([written(tmp_path, **changes), f"results={tmp_path / 'results'}"]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "results").exists()


def test_what_is_no_file_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["persuasion_lef"]) == 2
    assert "did you mean persuasion_left?" in capsys.readouterr().err
    assert main(["persuasion_left", "other"]) == 2
    assert "TARGETS must be one file or name, not 2." in capsys.readouterr().err
    assert main(["persuasion_left", "seeds=1"]) == 2
    (tmp_path / "bad.yaml").write_text("targets: [")
    assert main([str(tmp_path / "bad.yaml")]) == 2


@pytest.mark.parametrize("name", packaged())
def test_sets_that_come_with_the_program_are_whole(name: str) -> None:
    found = targets_of(name)
    assert found.name == name and found.factors
    for each in found.targets:
        assert re.search(r"\d{4}", each.source) and each.error > 0


def test_a_field_without_a_range_is_searched_where_it_is_plausible(tmp_path: Path) -> None:
    (factor,) = targets_of(written(tmp_path, free=[{"field": "opinion.anchoring"}])).factors
    about = next(
        info for info in describe_fields(sim.World.hk2019(people=1000), path="") if info.path == "opinion.anchoring"
    )
    assert about.plausible is not None
    assert (factor.low, factor.high, factor.scale) == (about.plausible.low, about.plausible.high, "log")


# The program


@pytest.mark.slow
def test_the_program_finds_what_was_planted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = targets_of(written(tmp_path)).world.replace({"expression.posting": 0.4})
    planted = sim.compare(world, {"all": sim.Branch()}, seeds=2).outcomes["posts"].mean()
    file = written(tmp_path, targets=[{**TOY["targets"][0], "value": float(planted)}])
    command = [file, "seeds=2", "trials=8", "points=7", f"results={tmp_path}"]
    assert main([*command, "output=json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (field,), (met,) = found["fields"], found["targets"]
    assert field["low"] < 0.4 < field["high"] and abs(met["off_by"]) < 1
    folder = Path(found["results"])
    about = json.loads((folder / "provenance.json").read_text())
    assert about["calibration"]["targets"][0]["source"] == "a test" and about["runs_simulated"] == 2 * 15 + 2
    facts = {row["what"] for row in found["observed"]}
    assert any("posts" in what for what in facts)
    calibrated = yaml.safe_load((folder / "calibrated.yaml").read_text())
    assert calibrated["expression"]["posting"] == pytest.approx(field["best"], rel=1e-3)
    assert calibrated["burn_in_days"] == 0 and calibrated["graph"]["kind"] == "complete"
    assert main(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "expression.posting is" in told and "fact that was not fitted" in told
    assert json.loads((folder / "provenance.json").read_text())["runs_simulated"] == 0


# The calibrated Hong Kong


def test_the_calibrated_world_differs_in_what_was_fitted_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    usual = {info.path: info.value for info in describe_fields(sim.World.hk2019(people=1000), path="world")}
    assert run(["world=hk2019_calibrated", "world.people=1000", "--fields", "output=json"]) == 0
    fields = json.loads(capsys.readouterr().out)["fields"]
    found = {info["path"]: info["value"] for info in fields if info["path"].startswith("world")}
    changed = {path for path in usual if not isinstance(usual[path], tuple) and found[path] != usual[path]}
    assert changed == {"world.opinion.anchoring", "world.burn_in_days"}
    factor = targets_of("persuasion_left").factors[0]
    assert factor.low is not None and factor.high is not None
    assert factor.low < found["world.opinion.anchoring"] < factor.high


@pytest.mark.slow
def test_the_calibrated_world_stays_at_rest() -> None:
    world = sim.World.hk2019_calibrated(people=2000, **{"calendar.events": ()})
    timeline = sim.simulate(world, sim.Branch(campaign=False), seed=1).timeline
    mean, spread = timeline["opinion_mean"], timeline["opinion_sd"]
    assert (mean - mean.iloc[0]).abs().max() <= 0.01
    assert (spread / spread.iloc[0] - 1.0).abs().max() <= 0.1
