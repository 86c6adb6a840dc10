"""The posterior of a calibration: one that is known is found, what the targets do not tell is said, and a killed fit goes on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import sim
from experiments.calibrate import main
from experiments.calibration.fit import PLACE, VALUE, Problem
from experiments.calibration.posterior import WEIGHT, Believed, believed, effective, quantiles, sample, together
from experiments.calibration.posterior_figure import posterior_figure
from experiments.calibration.quantities import Measured
from experiments.calibration.targets import targets_of
from sim.fields import InputError
from tests.test_calibration import LINE, OTHER, TOY, Killed, problem, target, written

pytest.importorskip("pyabc", reason="an extra brings it: pip install 'groundswell[posterior]'")

PARTICLES = 200


def known(found: Problem, place: Path, particles: int = PARTICLES) -> tuple[pd.DataFrame, list[Believed]]:
    table, _ = sample(found, place / "fit.db", particles, 4, lambda *_: None)
    return table, believed(found, table)


@pytest.mark.parametrize("weight", [1.0, 4.0])
def test_a_posterior_that_is_known_is_found(weight: float, tmp_path: Path) -> None:
    """simulated = 2 a, measured 6.4 with an error of 0.5, even from 0 to 10 beforehand: a is normal, 3.2 with 0.25; counted four
    times with half of that."""
    found = problem([target("t", 6.4, 0.5, weight)], lambda a: [2 * a])
    table, (a,) = known(found, tmp_path)
    sd, n = 0.25 / math.sqrt(weight), effective(table[WEIGHT].to_numpy())
    values, weights = table[f"{VALUE} a"].to_numpy(), table[WEIGHT].to_numpy()
    mean = np.average(values, weights=weights)
    assert mean == pytest.approx(3.2, abs=4 * sd / math.sqrt(n))
    assert math.sqrt(np.average((values - mean) ** 2, weights=weights)) == pytest.approx(sd, rel=4 / math.sqrt(2 * n))
    assert (a.low, a.high) == pytest.approx((3.2 - 1.96 * sd, 3.2 + 1.96 * sd), abs=0.7 * sd)
    assert a.is_identified and a.sentence.startswith("a is 3.") and "95 % credible interval from" in a.sentence
    assert len(table) == PARTICLES and table[WEIGHT].sum() == pytest.approx(1.0)


def test_what_the_targets_do_not_tell_of_is_as_it_was_beforehand(tmp_path: Path) -> None:
    found = problem([target("t", 6.0)], lambda a, b: [2 * a], [LINE, OTHER])
    table, (a, b) = known(found, tmp_path)
    assert a.is_identified and not b.is_identified
    assert b.sentence.startswith("The targets do not identify b: what is to be believed of it, from 0.01")
    places = quantiles(table[f"{PLACE} b"].to_numpy(), table[WEIGHT].to_numpy(), [0.25, 0.5, 0.75])
    assert places == pytest.approx([0.25, 0.5, 0.75], abs=0.15)
    assert together(found, table) == []


def test_fields_that_make_up_for_each_other_are_known_together(tmp_path: Path) -> None:
    found = problem([target("t", 0.0, 0.5)], lambda a, b: [a + 10 * math.log10(b)], [LINE, OTHER])
    table, _ = known(found, tmp_path)
    ((one, other, correlation),) = together(found, table)
    assert (one, other) == ("a", "b") and correlation < -0.9
    drawn = posterior_figure(found, table, {"a": (1.0, "units"), "b": (0.1, "1")})
    shown = [ax for ax in drawn.axes if ax.get_visible()]
    assert len(shown) == 3 and len(shown[1].collections[0].get_offsets()) == PARTICLES
    assert [ax.get_xscale() for ax in shown] == ["linear", "linear", "log"] and shown[1].get_yscale() == "log"
    plt.close(drawn)


def test_quantiles_of_weighted_values() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([2.0, 1.0, 1.0])
    assert quantiles(values, weights, [0.125, 0.375, 0.75, 1.0]) == [1.0, 2.0, 3.0, 3.0]
    assert effective(np.ones(5)) == 5 and effective(np.array([1.0, 0.0])) == 1


@pytest.mark.parametrize("at", [5, 90])
def test_killed_and_gone_on_with_is_undisturbed(at: int, tmp_path: Path) -> None:
    tried: list[dict[str, Any]] = []

    def evaluate(values: Mapping[str, Any]) -> Sequence[Measured]:
        tried.append(dict(values))
        if deadly and len(tried) == at:
            raise Killed
        return [Measured(values["a"] * values["b"], 0.1)]

    toy, deadly = Problem((LINE, OTHER), (target("t", 2.0),), evaluate), False
    undisturbed, simulated = sample(toy, tmp_path / "one.db", 20, 3, lambda *_: None)
    everything, deadly = list(tried), True
    assert simulated == len(everything) > at
    tried.clear()
    with pytest.raises(Killed):
        sample(toy, tmp_path / "two.db", 20, 3, lambda *_: None)
    deadly, before = False, list(tried)
    tried.clear()
    np.random.seed(7)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    again, _ = sample(toy, tmp_path / "two.db", 20, 3, lambda *_: None)
    assert np.random.random() == expected  # noqa: NPY002
    pd.testing.assert_frame_equal(again, undisturbed, check_exact=True)
    begun = len(everything) - len(tried)  # where the population that was under way begins
    assert before == everything[:at] and tried == everything[begun:] and begun < at
    tried.clear()
    assert sample(toy, tmp_path / "two.db", 20, 3, lambda *_: None)[0].equals(undisturbed) and not tried


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    def evaluate(_: Mapping[str, Any]) -> Sequence[Measured]:
        sample(problem([target("t", 1.0)], lambda a: [a]), tmp_path / "fit.db", 20, 1, lambda *_: None)
        return []

    with pytest.raises(InputError, match=r"^results must not be used by two at once, as .*fit\.db would be"):
        sample(Problem((LINE,), (target("t", 1.0),), evaluate), tmp_path / "fit.db", 20, 1, lambda *_: None)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["method=abc", "points=5"], "points must be left out with method=abc."),
        (["particles=50"], "particles must be left out with method=profile."),
        (["method=abd"], "method must be one of profile, abc, not 'abd'; did you mean 'abc'?"),
    ],
)
def test_what_belongs_to_the_other_method_is_refused(
    asked: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["persuasion_left", *asked]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.slow
def test_the_program_believes_what_was_planted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = targets_of(written(tmp_path)).world.replace({"expression.posting": 0.4})
    planted = sim.compare(world, {"all": sim.Branch()}, seeds=2).outcomes["posts"].mean()
    file = written(tmp_path, targets=[{**TOY["targets"][0], "value": float(planted)}])
    command = [file, "method=abc", "seeds=2", "particles=20", "populations=2", "facts=false", f"results={tmp_path}"]
    assert main([*command, "output=json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (field,), (met,) = found["fields"], found["targets"]
    assert field["low"] < 0.4 < field["high"] < field["low"] + 0.6 and abs(met["off_by"]) < 1
    folder = Path(found["results"])
    assert len(pd.read_parquet(folder / "posterior.parquet")) == 20
    assert {path.name for path in (folder / "figures").iterdir()} >= {"posterior.png"}
    assert found["sentences"][0] in (folder / "calibrated.yaml").read_text()
    about = json.loads((folder / "provenance.json").read_text())
    assert about["method"] == "abc" and about["trials"] == found["trials"] > 20
    assert main(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "calibrated 95 % credible unit" in told and "Posterior, figure and the calibrated world" in told
    assert json.loads((folder / "provenance.json").read_text())["runs_simulated"] == 0
