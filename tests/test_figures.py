"""study.plot: what the two figures show is what the tables say, and what they cannot show gets one sentence."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from scipy import stats

import sim
from sim.fields import InputError
from sim.study.figures import COLOURS, look
from sim.study.intervals import paired_interval, paired_intervals
from tests.test_own_outcomes import Extremes
from tests.worlds import busy_branch, busy_world

BRANCHES = {"none": sim.Branch(), "costs $5 or $6": busy_branch(), "no_campaign": sim.Branch(campaign=False)}


@pytest.fixture(scope="module")
def study() -> sim.Study:
    return sim.compare(busy_world(), BRANCHES, seeds=3, outcomes=[Extremes(bound=0.3)])


def test_effects_are_those_of_the_table(study: sim.Study) -> None:
    figure = study.plot("effects", outcomes=("opinion_mean", "wrongful_removals"))
    left, right = figure.axes
    assert left.get_xlabel().startswith("difference in opinion mean\n(opinion, -1 to 1")
    assert right.get_xlabel() == "difference in wrongful removals\n(accounts)"
    assert [tick.get_text() for tick in left.get_yticklabels()] == [r"costs \$5 or \$6", "no_campaign"]
    assert left.get_legend().get_texts()[0].get_text() == "traced"
    table = study.effects[study.effects["outcome"] == "opinion_mean"]
    for container in left.containers:
        kind = container.get_label()
        rows = table[table["kind"] == kind]
        points, _, (bars,) = container
        np.testing.assert_allclose(points.get_xdata(), rows["difference"])
        ends = np.array([segment[:, 0] for segment in bars.get_segments()])
        np.testing.assert_allclose(ends, rows[["low", "high"]], atol=1e-15)


@pytest.mark.parametrize("differences", [False, True])
def test_bands_are_intervals_over_seeds(study: sim.Study, differences: bool) -> None:
    figure = study.plot("timeline", outcomes="opinion_mean", branches=["no_campaign"], differences=differences)
    (ax,) = figure.axes
    mean, low, high = (np.asarray(line.get_ydata()) for line in ax.get_lines()[:3])
    days = []
    for day in range(3):
        values = [study.runs["no_campaign", seed].timeline["opinion_mean"].iloc[day] for seed in study.seeds]
        if differences:
            values = [
                v - study.runs["none", s].timeline["opinion_mean"].iloc[day]
                for v, s in zip(values, study.seeds, strict=True)
            ]
        days.append(paired_interval(values)[:3])
    np.testing.assert_allclose(np.column_stack([mean, low, high]), days, rtol=1e-9, atol=1e-15)
    assert ("difference from none in" in ax.get_ylabel()) == differences
    assert "(opinion, -1 to 1" in ax.get_ylabel()
    assert ax.get_xlabel() == "date, 2019"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1 May", "2 May", "3 May"]


def test_intervals_are_students() -> None:
    nan = np.nan
    rows = np.array([[1.0, 2.0, 4.0, 8.0], [nan, 3.0, nan, 5.0], [nan, nan, 7.0, nan], [nan] * 4, [2.0] * 4])
    mean, low, high, n = paired_intervals(rows)
    assert n.tolist() == [4, 2, 1, 0, 4]
    np.testing.assert_array_equal(mean, [3.75, 4.0, 7.0, nan, 2.0])
    for row in (0, 1):
        known = rows[row][~np.isnan(rows[row])]
        expected = stats.t.interval(0.95, known.size - 1, known.mean(), stats.sem(known))
        np.testing.assert_allclose([low[row], high[row]], expected, rtol=1e-12)
        assert paired_interval(rows[row]) == (mean[row], low[row], high[row], n[row])
    np.testing.assert_array_equal([low[2:], high[2:]], [[nan, nan, 2.0]] * 2)


def test_what_is_drawn_by_default(study: sim.Study) -> None:
    assert [ax.get_xlabel().split("\n")[0] for ax in study.plot().figure.axes] == ["difference in far out"]
    plain = sim.compare(busy_world(), {"a": sim.Branch(), "b": sim.Branch(campaign=False)}, seeds=1, days=1)
    assert plain.plot().axes[0].get_xlabel().startswith("difference in opinion mean")
    (ax,) = plain.plot("timeline").axes
    assert ax.get_ylabel().startswith("troll part\n(opinion")
    assert len(ax.get_lines()) == 3  # two branches without a band, and zero
    assert "nothing to measure" in [
        text.get_text() for text in plain.plot("timeline", "turnout_movement").axes[0].texts
    ]
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"kind": "effect"}, "kind must be one of effects, timeline, not 'effect'; did you mean 'effects'?"),
        ({"outcomes": "polarization"}, "not 'polarization'; did you mean 'polarisation'?"),
        ({"outcomes": 3}, "outcomes must be a list, each text, not 3."),
        ({"outcomes": ()}, "outcomes must be at least one to draw effects of."),
        ({"branches": "none"}, "branches must be one of costs $5 or $6, no_campaign, not 'none'."),
        ({"branches": ["no_campaign", "no_campaign"]}, "branches must name each only once."),
        ({"differences": 1}, "differences must be true or false, not 1."),
    ],
)
def test_what_cannot_be_drawn(study: sim.Study, asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        study.plot(**asked)
    assert sentence in str(refused.value)


def test_series_can_be_told_apart_also_in_grey() -> None:
    looks = [look(i) for i in range(49)]
    assert len({(of.color, of.linestyle, of.marker) for of in looks}) == 49
    first = looks[: len(COLOURS)]
    assert len({of.linestyle for of in first}) == len({of.marker for of in first}) == len(COLOURS)
    greys = [float(np.dot(to_rgb(of.color), (0.299, 0.587, 0.114))) for of in first[:4]]
    assert min(abs(a - b) for i, a in enumerate(greys) for b in greys[:i]) > 0.05


def test_matplotlib_is_loaded_only_when_something_is_drawn() -> None:
    code = "import sys, sim; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
