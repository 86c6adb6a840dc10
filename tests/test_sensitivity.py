"""Which assumptions an effect depends on: known models come out with their known indices, whatever cannot be is said."""

from __future__ import annotations

import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from rich.console import Console

import sim
from experiments.analysis.effects import averted, share_of_chance
from experiments.analysis.indices import elementary_effects, final, indices, settled
from experiments.analysis.plausible import Varied, varied
from experiments.analysis.samples import MORRIS, SOBOL, block, places
from experiments.analysis.sensitivity import Sensitivity, document, print_sensitivity
from experiments.sensitivity import main
from experiments.studies.run_design import DesignRun
from sim.fields import InputError
from sim.sampling import Factor, at_places
from sim.study.design import DesignTables
from sim.study.intervals import paired_intervals
from sim.study.long_tables import EFFECTS

pytest.importorskip("SALib", reason="SALib is not installed (extra analysis)")

WORLD = sim.World.hk2019(people=1000)
ISHIGAMI = {"first": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}  # a = 7, b = 0.1
SMALL = [
    "world.people=200", "world.graph.followees=5", "world.burn_in_days=0", "world.campaign.daily_posts=[30000]",
    "world.campaign.on_topic_share=0.2", "world.campaign.sleepers.accounts=100", "days=2", "study=actual", "threads=1",
    "study.branches=[{name: none}, {name: no_campaign, campaign: false}]",
    "study.headline=no_campaign",
    "fields=campaign.stance,opinion.rule.strength",
]  # fmt: skip


def ishigami(points: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.pi * (2 * points - 1)
    found: NDArray[np.float64] = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return found


# Indices


def test_sobol_indices_of_a_known_model_lie_in_their_intervals_and_settle() -> None:
    points = places(SOBOL, 3, 4096, seed=1)
    table = indices(SOBOL, points, ishigami(points), ("a", "b", "c"))
    last = final(table).set_index("field").loc[["a", "b", "c"]]
    for name, indices_known in ISHIGAMI.items():
        known = np.array(indices_known)
        value, low, high = (
            last[column]
            for column in (("size", "low", "high") if name == "total" else (name, "first_low", "first_high"))
        )
        assert np.allclose(value, known, atol=0.03), name
        assert ((low <= known) & (known <= high)).all(), name
    assert settled(SOBOL, table).yes
    assert sorted(table["worlds"].unique()) == [5120, 10240, 20480]
    width = (table["high"] - table["low"]).groupby(table["worlds"]).max()
    assert width.is_monotonic_decreasing
    assert final(table)["field"].tolist() == ["a", "b", "c"]


def test_few_points_do_not_settle_and_that_is_said() -> None:
    points = places(SOBOL, 3, 16, seed=1)
    table = indices(SOBOL, points, ishigami(points), ("a", "b", "c"))
    found = settled(SOBOL, table)
    assert not found.yes and "the widest interval of a total index is" in found.why


def test_elementary_effects_of_a_line_are_its_slopes() -> None:
    points = places(MORRIS, 4, 6, seed=2)
    values = 3 * points[:, 0] - 2 * points[:, 1] + 0.5 * points[:, 3]
    table = final(indices(MORRIS, points, values, ("up", "down", "none", "little")))
    assert table["field"].tolist() == ["up", "down", "little", "none"]
    assert np.allclose(table["size"], [3, 2, 0.5, 0]) and np.allclose(table["mean"], [3, -2, 0.5, 0])
    assert np.allclose(table["low"], table["high"]) and np.allclose(table["spread"], 0)
    assert table["among_first"].tolist() == [1, 1, 1, 0]
    assert settled(MORRIS, indices(MORRIS, points, values, ("up", "down", "none", "little"))).yes


def test_elementary_effects_are_those_of_salib() -> None:
    from SALib.analyze import morris

    points = places(MORRIS, 3, 12, seed=3)
    values = ishigami(points)
    bounds = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    theirs = morris.analyze(bounds, points, values, num_levels=4)
    ours = final(indices(MORRIS, points, values, ("a", "b", "c"))).set_index("field").loc[["a", "b", "c"]]
    for mine, name in (("size", "mu_star"), ("mean", "mu"), ("spread", "sigma")):
        assert np.allclose(ours[mine], np.asarray(theirs[name], dtype=float)), name
    whole = elementary_effects(points.reshape(12, 4, 3), values.reshape(12, 4))
    assert whole.shape == (12, 3)


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_signs_and_units_of_the_effect_do_not_change_what_matters(method: str) -> None:
    points = places(method, 3, 64, seed=1)
    one, other = (indices(method, points, factor * ishigami(points), ("a", "b", "c")) for factor in (1.0, -1000.0))
    assert final(one)["field"].tolist() == final(other)["field"].tolist()
    assert np.allclose(one["size"] * (1000 if method == MORRIS else 1), other["size"])
    if method == MORRIS:
        assert np.allclose(-1000 * one["mean"], other["mean"])


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_a_world_that_failed_costs_its_block_and_no_other(method: str) -> None:
    points = places(method, 3, 32, seed=1)
    values = ishigami(points)
    rows = block(method, 3)
    broken = values.copy()
    broken[rows + 1] = math.nan  # in the second block
    kept = np.arange(len(values)) // rows != 1
    whole = indices(method, points[kept], values[kept], ("a", "b", "c"))
    pd.testing.assert_frame_equal(indices(method, points, broken, ("a", "b", "c")), whole)
    broken[rows:] = math.nan
    with pytest.raises(InputError, match="samples must leave two trajectories or points whose worlds can all be"):
        indices(method, points, broken, ("a", "b", "c"))


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_what_is_constant_has_no_cause(method: str) -> None:
    points = places(method, 2, 8, seed=1)
    found = indices(method, points, np.full(len(points), 0.3), ("a", "b"))
    assert (found[["size", "low", "high", "among_first"]] == 0).all(axis=None)


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_a_larger_sample_begins_with_the_smaller_one(method: str) -> None:
    small, large = places(method, 3, 8, seed=5), places(method, 3, 16, seed=5)
    assert np.array_equal(large[: len(small)], small) and len(large) == 16 * block(method, 3)
    assert small.min() >= 0 and small.max() <= 1


# What is varied


def test_worlds_lie_in_the_plausible_ranges_from_end_to_end() -> None:
    chosen = varied(WORLD)
    ends = at_places(chosen.factors, np.array([[0.0] * len(chosen.fields), [1.0] * len(chosen.fields)]), WORLD)
    for each in chosen.assumed:
        low, high = ends[each.field]
        assert low == pytest.approx(each.range.low) and high == pytest.approx(each.range.high), each.field
        assert isinstance(each.info.value, float) or isinstance(low, int), each.field
    middle = at_places([Factor("opinion.rule.strength", low=0.001, high=0.1, scale="log")], np.array([[0.5]]), WORLD)
    assert middle["opinion.rule.strength"].tolist() == pytest.approx([0.01])


def test_what_plays_no_part_or_lies_elsewhere_is_left_out_and_told() -> None:
    left = dict(varied(WORLD.replace({"organisers.accounts": 0})).left_out)
    assert (
        left["signals.reports"] == "no signals are observed" and left["population.newcomers.bare"] == "nobody registers"
    )
    assert left["organisers.accounts"] == "this world has it at 0, which is not in its range"
    seen = varied(WORLD.replace({"signals.observe": True, "population.newcomers.share": 0.1}))
    assert not seen.left_out and "signals.reports" in seen.fields


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (["opinion.anchorin"], "fields[0] must be a field of the world, not 'opinion.anchorin'; did you mean 'opinion.anchoring"),
        (["opinion.anchoring", "campaign.flooding"], "fields[1] must be a field with a plausible range, which campaign.fl"),
        (["campaign.stance", "world.campaign.stance"], "fields[1] must not name campaign.stance a second time"),
    ],
)  # fmt: skip
def test_fields_that_cannot_be_varied_are_named(fields: list[str], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        varied(WORLD, fields)
    assert sentence in str(refused.value)


# The effect


def effects(folder: Path, differences: NDArray[np.float64]) -> DesignTables:
    """A design's tables with the branch ``done``: ``differences`` (worlds, seeds), traced."""
    mean, low, high, n = paired_intervals(differences)
    about = {"branch": "done", "outcome": "opinion_mean", "kind": "traced"}
    table = pd.DataFrame(
        {"world": np.arange(1, len(mean) + 1), **about, "difference": mean, "low": low, "high": high, "n": n}
    )
    table.to_parquet(folder / EFFECTS)
    return DesignTables(folder)


def test_what_is_averted_is_told_away_from_where_the_campaign_pushes(tmp_path: Path) -> None:
    tables = effects(tmp_path, np.array([[1.0, 3.0], [-1.0, -2.0]]))
    against, towards = (averted(tables, ["done"], 3, stance) for stance in (-0.5, 0.5))
    assert against["averted"].tolist()[:2] == [2.0, -1.5] and math.isnan(against["averted"].iloc[2])
    assert np.allclose(towards["averted"][:2], -against["averted"][:2])
    assert np.allclose(towards["low"][:2], -against["high"][:2]) and (against["low"] < against["high"])[:2].all()


def test_the_share_of_chance_is_that_of_the_seeds(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    worlds = rng.normal(0, 3, (4000, 1))
    found = share_of_chance(averted(effects(tmp_path, worlds + rng.normal(0, 4, (4000, 4))), ["done"], 4000, -1))
    assert found == pytest.approx((16 / 4) / (9 + 16 / 4), rel=0.05)  # of a mean of four
    alone = averted(effects(tmp_path, worlds), ["done"], 4000, -1)
    assert math.isnan(share_of_chance(alone))


# Words


def told(method: str, samples: int, fields: tuple[str, ...], chance: float = math.nan) -> Sensitivity:
    points = places(method, 3, samples, seed=1)
    values = 1e-4 * ishigami(points)
    table = indices(method, points, values, fields)
    return Sensitivity(
        method,
        varied(WORLD, fields),
        table,
        pd.Series(values),
        chance,
        WORLD,
        "actual",
        1 if math.isnan(chance) else 2,
        5e-5,
    )


def test_the_sentences_name_the_first_three_and_how_sure_that_is() -> None:
    fields = ("opinion.anchoring", "campaign.stance", "graph.closure")
    few, many = told(SOBOL, 16, fields), told(SOBOL, 4096, fields, chance=0.25)
    assert "What matters most: opinion.anchoring (total index 0.5" in " ".join(many.sentences)
    assert "in 100% of the resamples" in " ".join(many.sentences) and "These have settled: " in " ".join(many.sentences)
    assert "is 25% of the variance" in " ".join(many.sentences)
    assert "These have not settled, and more samples would change them" in " ".join(few.sentences)
    assert "One seed a world cannot tell" in " ".join(few.sentences)
    screened = " ".join(told(MORRIS, 10, fields).sentences)
    assert (
        "thousandths over its range" in screened
        and "0 of 3 assumptions move it by less than the smallest effect" in screened
    )
    still = Sensitivity(SOBOL, Varied(()), many.table, pd.Series([0.1, 0.1]), math.nan, WORLD, "actual", 1, 5e-5)
    assert still.sentences == ("The effect is the same in all worlds: none of these assumptions moves it.",)


# The program


def test_the_program_writes_a_table_and_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "samples=2", "seeds=1", f"results={tmp_path}", "output=json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["worlds"], found["runs"], found["failed"]) == (6, 12, [])
    place = Path(found["results"])
    table = pd.read_parquet(place / "sensitivity.parquet")
    assert set(table["field"]) == {"campaign.stance", "opinion.rule.strength"} and (table["size"] > 0).all()
    assert table.set_index("field").loc["campaign.stance", ["plausible_low", "plausible_high"]].tolist() == [-1, -0.4]
    assert pd.read_csv(place / "sensitivity.csv").shape == table.shape
    assert (place / "sensitivity.svg").read_text().startswith("<?xml") and (place / "sensitivity.png").exists()
    provenance = json.loads((place / "provenance.json").read_text())
    assert provenance["program"] == "experiments.sensitivity" and provenance["runs_simulated"] == 12
    assert place.name.startswith("actual-sensitivity-")


@pytest.mark.parametrize(
    ("method", "heading"), [(MORRIS, "What each assumption's whole range moves"), (SOBOL, "Share of the effect")]
)
def test_what_is_printed_has_a_line_a_field_and_the_sentences(method: str, heading: str, tmp_path: Path) -> None:
    fields = ("opinion.anchoring", "campaign.stance", "graph.closure")
    found, to = told(method, 16, fields), Console(file=io.StringIO(), width=140)
    print_sensitivity(found, DesignRun(tmp_path, DesignTables(tmp_path), 80, 7, 153), to)
    said = " ".join(to.file.getvalue().split())  # type: ignore[attr-defined]
    assert (
        heading in said
        and all(f"{field} " in said for field in fields)
        and all(each in said for each in found.sentences)
    )
    assert "7 runs simulated, 153 found in the ledger." in said
    assert document(found, DesignRun(tmp_path, DesignTables(tmp_path), 80, 7, 153))["chance"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["method=moris"], "method must be one of morris, sobol, not 'moris'; did you mean 'morris'?"),
        (["method=sobol", "samples=12"], "samples must be a power of 2 with method=sobol, not 12."),
        (["sampels=12"], "sampels is not a key; did you mean samples?"),
        (["fields=opinion.anchorin"], "did you mean 'opinion.anchoring'?"),
        (["design=sobol"], "design must be"),
        (["precision=0.001"], "precision must be left out: all worlds have the same seeds."),
        (["-m", "world.campaign.flooding=1,2"], "--multirun must be left out"),
        (
            ["study.headline=none", "study.sweep.values=[]"],
            "study.headline must be another branch than the reference, none.",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, f"results={tmp_path}"]) == 2
    error = capsys.readouterr().err.strip()
    assert sentence in error and "\n" not in error
    assert not any(tmp_path.iterdir())


def test_a_missing_package_is_named_before_anything_is_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    assert main([*SMALL, f"results={tmp_path}"]) == 2
    assert capsys.readouterr().err.strip() == (
        "method morris needs the package SALib, which is not installed: pip install 'groundswell[analysis]'."
    )
    assert not any(tmp_path.iterdir())


def test_help_lists_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("method=morris", "samples=", "fields=", "world=…", "results=…"))


def test_every_plausible_world_can_be_drawn_with_a_thousand_people() -> None:
    chosen = varied(WORLD)
    for place in (0.0, 1.0):
        ends = at_places(chosen.factors, np.full((1, len(chosen.fields)), place), WORLD)
        sim.begin(WORLD.replace(ends.iloc[0].to_dict()))
