"""The robustness map: what counts as help, that chance and assumptions stay apart, and that planted conditions are found."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import sim
from experiments.analysis import discovery
from experiments.analysis.chance import moderated
from experiments.analysis.discovery import Condition, discovered
from experiments.analysis.effects import narrowing
from experiments.analysis.plausible import varied
from experiments.analysis.robustness import Robustness, conditions, in_words, tell_of, write
from experiments.analysis.verdicts import (
    HARMS,
    HELPS,
    NONE,
    UNKNOWN,
    VERDICTS,
    regrets,
    robustness,
    verdicts,
    whole_worlds,
)
from experiments.report.shifts import Shift
from experiments.report.size import MATTERS, SMALLER, verdict
from experiments.robustness import main
from experiments.studies.settings import NamedBranch, StudyPlan
from sim.moderation import Takedown
from sim.study.intervals import paired_intervals

NAMES = ("opinion.anchoring", "campaign.stance", "graph.closure", "campaign.local_follower_share")
WORLD = sim.World.hk2019(people=1000)


def table(**branches: NDArray[np.float64]) -> pd.DataFrame:
    """What branches avert: each (worlds, seeds)."""
    parts = []
    for name, differences in branches.items():
        mean, low, high, n = paired_intervals(differences)
        index = pd.MultiIndex.from_product([range(1, len(mean) + 1), [name]], names=["world", "branch"])
        half = (high - low) / 2 * narrowing(n - 1.0)
        parts.append(pd.DataFrame({"averted": mean, "low": low, "high": high, "half_90": half, "n": n}, index=index))
    return pd.concat(parts).sort_index(level="world", sort_remaining=False)


def noisy(
    means: NDArray[np.float64], sd: float | NDArray[np.float64], seeds: int = 4, seed: int = 1
) -> NDArray[np.float64]:
    """Differences of so many seeds about the mean of each world."""
    noise: NDArray[np.float64] = np.random.default_rng(seed).normal(size=(len(means), seeds))
    return means[:, None] + np.broadcast_to(sd, means.shape)[:, None] * noise


# Verdicts


def test_an_effect_is_held_against_the_smallest_that_matters() -> None:
    index = pd.MultiIndex.from_product([range(1, 9), ["a"]], names=["world", "branch"])
    lows = np.array([1.1, -3.0, -0.9, 0.0, 0.9, -3.0, -1.1, 0.0])
    highs = np.array([3.0, -1.1, 0.9, 0.0, 3.0, 3.0, 0.0, 1.1])
    of = {"averted": (lows + highs) / 2, "low": lows, "high": highs, "half_90": 0.8 * (highs - lows) / 2}
    told = verdicts(pd.DataFrame(of, index=index), smallest=1.0)
    assert told.tolist() == [HELPS, HARMS, NONE, NONE, UNKNOWN, UNKNOWN, NONE, NONE]


@pytest.mark.parametrize("seeds", [2, 4, 9])
def test_no_difference_that_matters_is_what_the_report_says_of_it(seeds: int) -> None:
    given = table(a=noisy(np.linspace(-2, 2, 80), 0.5, seeds))
    told = verdicts(given, smallest=1.0)
    for row, here in zip(given.itertuples(), told, strict=True):
        word = verdict(Shift(row.averted, row.low, row.high, False), seeds, 1.0).word  # type: ignore[arg-type]
        assert (here == NONE) == (word == SMALLER) and (here in (HELPS, HARMS)) == (word == MATTERS)


def test_shares_sum_to_one_and_a_change_of_sign_turns_help_into_harm() -> None:
    rng = np.random.default_rng(3)
    given = {name: noisy(rng.normal(0, 1, 60), 0.2, seed=i) for i, name in enumerate("abc")}
    found = robustness(table(**given), 0.3, "none").set_index("strategy")
    turned = robustness(table(**{name: -values for name, values in given.items()}), 0.3, "none").set_index("strategy")
    strategies = found.drop("none")
    assert np.allclose(strategies[list(VERDICTS)].sum(axis=1), 1) and found.loc["none", list(VERDICTS)].isna().all()
    for one, other in ((HELPS, HARMS), (HARMS, HELPS), (NONE, NONE), (UNKNOWN, UNKNOWN)):
        assert np.allclose(strategies[one], turned.loc[strategies.index, other])
    assert found.index[-1] == "none" and strategies[HELPS].is_monotonic_decreasing


def test_who_is_best_everywhere_has_no_regret_and_all_others_regret_by_how_much_less_they_do() -> None:
    best = np.linspace(1, 3, 50)
    found = robustness(table(good=noisy(best, 0.0), half=noisy(best / 2, 0.0), bad=noisy(-best, 0.0)), 0.1, "none")
    found = found.set_index("strategy")
    assert found.loc["good", ["regret_mean", "regret_p90", "regret_max"]].tolist() == [0, 0, 0]
    assert found.loc["half", "regret_mean"] == pytest.approx(best.mean() / 2)
    assert found.loc["bad", "regret_max"] == pytest.approx(6) and found.loc["none", "regret_max"] == pytest.approx(3)
    assert found["best"].to_dict() == {"good": 1, "half": 0, "bad": 0, "none": 0}
    assert found.loc["good", HELPS] == 1 and found.loc["bad", HARMS] == 1


def test_where_all_harm_doing_nothing_has_no_regret() -> None:
    averted = pd.DataFrame({"a": [-1.0, -2.0], "b": [-0.5, -3.0]})
    assert regrets(averted, "none").to_numpy().tolist() == [[1.0, 0.5, 0.0], [2.0, 3.0, 0.0]]


def test_a_world_that_lacks_a_branch_is_left_out_whole() -> None:
    given = table(a=noisy(np.ones(3), 0.1), b=noisy(np.ones(3), 0.1))
    given.loc[(2, "b"), :] = np.nan
    assert whole_worlds(given).index.get_level_values("world").unique().tolist() == [1, 3]


# Chance


@pytest.mark.parametrize("spread", [0.0, 0.5, 2.0])
def test_intervals_from_two_seeds_hold_and_are_far_narrower_than_students(spread: float) -> None:
    rng = np.random.default_rng(7)
    held, narrower = [], []
    for i in range(5):
        size = np.exp(rng.normal(0, 1.5, 300))
        sd = 0.3 * size**0.7 * np.exp(rng.normal(0, spread, 300))
        student = table(a=noisy(size, sd, 2, seed=i), b=noisy(size / 2, sd, 2, seed=100 + i))
        found = moderated(student)
        assert found.index.equals(student.index) and found["averted"].equals(student["averted"])
        truth = np.column_stack([size, size / 2]).ravel()
        held.append(((found["low"] <= truth) & (truth <= found["high"])).mean())
        narrower.append(((found["high"] - found["low"]) / (student["high"] - student["low"])).median())
    assert np.mean(held) > 0.92 and np.mean(narrower) < 0.5


def test_what_does_not_vary_stays_certain_and_few_worlds_stay_with_student() -> None:
    size = np.linspace(1, 2, 40)
    given = table(same=noisy(size, 0.0, 2), other=noisy(size, 0.3, 2))
    found = moderated(given).xs("same", level="branch")
    assert np.allclose(found["low"], size) and np.allclose(found["high"], size)
    few = table(a=noisy(size[:10], 0.3, 2))
    pd.testing.assert_frame_equal(moderated(few), few)


# Conditions that decide


def assumptions(worlds: int, fields: int, seed: int = 1) -> pd.DataFrame:
    drawn = np.random.default_rng(seed).random((worlds, fields))
    return pd.DataFrame(drawn, columns=[f"field_{i}" for i in range(fields)])


def test_a_planted_box_is_found_with_its_ends() -> None:
    pytest.importorskip("ema_workbench", reason="EMA workbench is not installed (extra analysis)")
    worlds = assumptions(200, 8)
    inside = ((worlds["field_3"] > 0.5) & (worlds["field_7"] < 0.6)).to_numpy()
    interest = inside ^ (np.random.default_rng(2).random(200) < 0.03)
    box = discovered(worlds, interest)
    assert box is not None and {each.field for each in box.conditions} == {"field_3", "field_7"}
    ends = {each.field: (each.low, each.high) for each in box.conditions}
    assert ends["field_3"] == (pytest.approx(0.5, abs=0.05), None) and ends["field_7"] == (
        None,
        pytest.approx(0.6, abs=0.05),
    )
    assert box.coverage > 0.85 and box.density > 0.85 and box.hits <= box.inside
    assert box.share == pytest.approx(interest.mean()) and all(each.quasi_p < 0.001 for each in box.conditions)


def test_quasi_p_values_are_those_of_the_workbench() -> None:
    pytest.importorskip("ema_workbench", reason="EMA workbench is not installed (extra analysis)")
    worlds = assumptions(200, 8)
    interest = ((worlds["field_3"] > 0.5) & (worlds["field_7"] < 0.6)).to_numpy()
    theirs = discovery._found_by_workbench(worlds, interest)
    for ends, told in zip(discovery._peeled(worlds, interest), theirs.qp, strict=True):
        within = {end: discovery._within(end, worlds) for end in ends}
        for end in ends:
            assert discovery._quasi_p(end, within, interest) == pytest.approx(told[end.field][end.upper], rel=1e-6)


def test_the_workbench_does_not_warn_of_its_ways_and_all_else_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    prim = pytest.importorskip("ema_workbench.analysis.prim", reason="EMA workbench is not installed (extra analysis)")
    worlds = assumptions(200, 6)
    interest = (worlds["field_3"] > 0.5).to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert discovered(worlds, interest) is not None
    original = prim.Prim.find_box

    def find_box(self: Any) -> Any:
        warnings.warn("something new", FutureWarning, stacklevel=1)
        return original(self)

    monkeypatch.setattr(prim.Prim, "find_box", find_box)
    with pytest.warns(FutureWarning, match="something new"):
        discovered(worlds, interest)


def test_where_nothing_decides_nothing_is_found() -> None:
    pytest.importorskip("ema_workbench", reason="EMA workbench is not installed (extra analysis)")
    worlds = assumptions(200, 6)
    assert discovered(worlds, np.random.default_rng(5).random(200) < 0.3) is None
    assert discovered(worlds, np.arange(200) < 9) is None


def test_conditions_are_told_in_words() -> None:
    assert in_words(Condition("campaign.stance", None, -0.7123, 0.0)) == "campaign.stance is at most −0.712"
    assert in_words(Condition("graph.closure", 0.25, None, 0.0)) == "graph.closure is at least 0.25"
    assert in_words(Condition("graph.closure", 0.25, 0.5, 0.0)) == "graph.closure is from 0.25 to 0.5"


# What is told


@pytest.fixture(scope="module")
def found() -> Robustness:
    pytest.importorskip("ema_workbench", reason="EMA workbench is not installed (extra analysis)")
    worlds = assumptions(120, len(NAMES)).set_axis(list(NAMES), axis=1)
    strength = np.where(worlds[NAMES[3]] > 0.5, 1.0, 0.02).astype(float)
    given = table(takedown=noisy(strength, 0.01, 2), brake=noisy(-0.2 * strength, 0.005, 2, seed=9))
    given.loc[(5, "brake"), :] = np.nan
    plan = StudyPlan(
        dates=(), reactive=(), preemptive=(), reference="none", headline="takedown", smallest_effect=0.1,
        sweep={"values": [], "branches": []},
        branches=(NamedBranch("none"), NamedBranch("takedown", (Takedown(1),)), NamedBranch("brake", (Takedown(2),))),
    )  # fmt: skip
    return tell_of(given, worlds, varied(WORLD, NAMES), plan, WORLD, 2)


def test_the_map_says_where_who_helps(found: Robustness) -> None:
    shares = found.map.set_index("strategy")
    many = (found.worlds.drop_duplicates("world")[NAMES[3]] > 0.5).mean()
    assert found.map["strategy"].tolist() == ["takedown", "brake", "none"]
    assert shares.loc["takedown", HELPS] == pytest.approx(many, abs=0.02) == shares.loc["brake", HARMS]
    box = found.decided[0].box
    assert box is not None and [each.field for each in box.conditions] == [NAMES[3]] and box.coverage > 0.9
    assert found.decided[1].box is None  # it helps nowhere
    sentences = " ".join(found.sentences)
    assert "takedown helps in" in sentences and f"above all where {NAMES[3]} is at " in sentences
    assert "Least is lost, over all worlds, by choosing takedown" in sentences
    assert "1 worlds in which a seed failed are left out." in sentences


def test_tables_and_figure_are_written_the_same_each_time(found: Robustness, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(found, tmp_path / name)
    one, two = tmp_path / "one", tmp_path / "two"
    assert {path.name for path in one.iterdir()} == {
        "robustness.csv", "worlds.parquet", "conditions.csv", "robustness.svg", "robustness.png",
    }  # fmt: skip
    assert all((two / path.name).read_bytes() == path.read_bytes() for path in one.iterdir())
    worlds = pd.read_parquet(one / "worlds.parquet")
    assert len(worlds) == 119 * 2 and set(worlds["verdict"]) <= set(VERDICTS) and (worlds["regret"] >= 0).all()
    assert set(NAMES) <= set(worlds.columns)
    assert pd.read_csv(one / "conditions.csv")["strategy"].tolist() == [
        each.strategy for each in found.decided if each.box for _ in each.box.conditions
    ]
    assert len(conditions(found)) >= 1


# The program


@pytest.mark.slow
def test_the_program_draws_worlds_tries_strategies_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ema_workbench", reason="EMA workbench is not installed (extra analysis)")
    arguments = [
        "world=hk2019", "world.people=200", "world.graph.followees=5", "world.burn_in_days=0",
        "world.campaign.daily_posts=[30000]", "world.campaign.on_topic_share=0.2", "world.campaign.sleepers.accounts=100",
        "days=2", "study=actual", "threads=1",
        "study.branches=[{name: none}, {name: early, policies: [{name: takedown, day: 0}]},"
        " {name: brake, policies: [{name: hashtag_limit, day: 1}]}]",
        "study.headline=early", "seeds=2", "worlds=20", f"fields={','.join(NAMES)}",
        f"results={tmp_path}",
    ]  # fmt: skip
    assert main([*arguments, "output=json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["runs"] == 20 * 3 * 2 and told["fields"] == list(NAMES)
    assert [row["strategy"] for row in told["map"]][-1] == "none"
    assert main(arguments) == 0
    assert "0 runs simulated, 120 found in the ledger." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["seeds=1"], "seeds must be at least two, so that chance can be told from what the assumptions do."),
        (["strategies=combind"], "did you mean 'combined'?"),
        (["strategies=actual,actual"], "strategies[1] must not name actual a second time."),
        (["worlds=3"], "worlds must be a whole number from 20 to"),
        (["fields=campaign.flooding"], "fields[0] must be a field with a plausible range"),
        (["strategies=actual", "world=hk2019"], "must not judge by login where world.signals.observe is false"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world.people=1000", *arguments, f"results={tmp_path}"]) == 2
    error = capsys.readouterr().err.strip()
    assert sentence in error and "\n" not in error
    assert not any(tmp_path.iterdir())


def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis.prim", None)
    assert main(["world.people=1000", f"results={tmp_path}"]) == 2
    assert capsys.readouterr().err.strip() == (
        "the robustness map needs the package ema_workbench, which is not installed: pip install 'groundswell[analysis]'."
    )
