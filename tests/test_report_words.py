"""What a report says of sizes, chances and certainty, and the one file that its words come from."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

import experiments.report
from experiments.command.words import short_day, within
from experiments.report.certainty import certainty
from experiments.report.chances import DOTS, _dots
from experiments.report.data import as_link
from experiments.report.effect import verb_of
from experiments.report.figures_of_effects import _magnification, _Row
from experiments.report.findings import Rank, _hits, _knows
from experiments.report.people import Count, in_people, of_campaign
from experiments.report.shifts import Shift
from experiments.report.size import p_smaller, size, verdict
from experiments.report.strategies import _best, _places
from experiments.report.strings import Strings, say, strings, told_in
from experiments.report.verdict import as_set, counted
from experiments.studies.settings import NamedBranch
from sim import World
from sim.fields import InputError
from sim.moderation import HashtagLimit, Rates, ScoreDetector, SignalDetector, Takedown
from sim.study.intervals import ANYTIME, STUDENT, Method, p_values, paired_interval

SMALLEST = 0.01


def _shift(differences: list[float]) -> Shift:
    return Shift(*paired_interval(differences)[:3])


@pytest.mark.parametrize(
    ("differences", "key"),
    [
        ([0.001, -0.001, 0.002, -0.0015], "smaller"),
        ([0.002, 0.0021, 0.0019, 0.002], "smaller_detected"),
        ([0.02, 0.021, 0.019, 0.0205], "matters"),
        ([-0.02, -0.021, -0.019, -0.0205], "matters"),
        ([0.008, 0.012, 0.011, 0.009], "detected"),
        ([0.02, -0.03, 0.04, -0.02], "undetected"),
        ([0.02], "unknown"),
    ],
)
def test_smaller_than_matters_not_detected_and_identical_are_three_findings(differences: list[float], key: str) -> None:
    found = verdict(_shift(differences), len(differences), SMALLEST)
    assert found.key == key
    assert verdict(Shift(0.0, 0.0, 0.0, identical=True), 4, SMALLEST).key == "identical"
    assert say(f"verdicts.{found.key}", p="= 0.01") != say("verdicts.identical")


@pytest.mark.parametrize("seed", range(5))
def test_the_equivalence_test_is_two_one_sided_t_tests(seed: int) -> None:
    differences = np.random.default_rng(seed).normal(0.004, 0.006, 6)
    expected = max(
        stats.ttest_1samp(differences, -SMALLEST, alternative="greater").pvalue,
        stats.ttest_1samp(differences, SMALLEST, alternative="less").pvalue,
    )
    assert p_smaller(_shift(differences.tolist()), 6, SMALLEST) == pytest.approx(expected)


def test_intervals_that_hold_at_any_time_make_an_equivalence_test_of_their_own() -> None:
    differences = (0.001 + 0.001 * np.sin(np.arange(20.0))).tolist()
    shift = Shift(*paired_interval(differences, method=ANYTIME)[:3])
    assert verdict(shift, 20, SMALLEST, ANYTIME).key == "smaller_detected"
    assert p_smaller(shift, 20, SMALLEST, ANYTIME) > p_smaller(_shift(differences), 20, SMALLEST)
    assert p_smaller(shift, 20, 0.0009, ANYTIME) == 1.0
    assert math.isnan(p_smaller(Shift(*paired_interval(differences[:5], method=ANYTIME)[:3]), 5, SMALLEST, ANYTIME))


def test_differences_without_spread_need_no_chance() -> None:
    assert p_smaller(_shift([0.001, 0.001]), 2, SMALLEST) == 0.0
    assert p_smaller(_shift([0.02, 0.02]), 2, SMALLEST) == 1.0
    assert p_smaller(_shift([0.0, 0.0]), 2, 0.0) == 1.0  # where everything matters nothing is smaller


def test_words_of_size_are_those_of_the_scale_of_opinion() -> None:
    found = [size(difference, 0.0001) for difference in (0.00005, -0.0002, 0.006, -0.06, 0.3)]
    assert found == ["none", "very_slight", "slight", "moderate", "large"]


@pytest.mark.parametrize(
    ("least", "below", "word"),
    [(0.0001, "none", "very_slight"), (0.005, "very_slight", "slight"), (0.05, "slight", "moderate"), (0.2, "moderate", "large")],
)  # fmt: skip
def test_a_size_has_its_word_from_its_least_on(least: float, below: str, word: str) -> None:
    assert [size(sign * 0.999 * least, 0.0001) for sign in (1, -1)] == [below, below]
    assert [size(sign * least, 0.0001) for sign in (1, -1)] == [word, word]


@pytest.mark.parametrize(
    ("difference", "low", "high", "key"),
    [(0.06, 0.0, 0.12, "undetected"), (-0.06, -0.12, 0.0, "undetected"), (0.03, SMALLEST, 0.05, "matters"),
     (-0.03, -0.05, -SMALLEST, "matters"), (0.03, 0.999 * SMALLEST, 0.05, "detected"),
     (-0.03, -0.05, -0.999 * SMALLEST, "detected")],
)  # fmt: skip
def test_an_interval_that_ends_at_a_bound_does_not_reach_beyond_it(
    difference: float, low: float, high: float, key: str
) -> None:
    assert verdict(Shift(difference, low, high), 4, SMALLEST).key == key


def test_the_reasons_of_certainty_are_those_that_it_was_rated_down_for() -> None:
    def reasons(low: float, high: float, people: int = 10_000, assumed: int = 0) -> list[str]:
        shift = Shift((low + high) / 2, low, high)
        found = verdict(shift, 4, SMALLEST)
        told = certainty(shift, shift, found, 4, SMALLEST, World.hk2019(people=people), assumed, ())
        return [reason.partition(",")[0] for reason in told.reasons]

    one = "chance: with 4 seeds the interval reaches both sides of what matters"
    both = "chance: with 4 seeds the interval reaches from what matters in one direction to what matters in the other"
    assert reasons(0.02, 0.03) == reasons(SMALLEST, 0.03) == reasons(-SMALLEST, SMALLEST) == []
    assert reasons(0.005, 0.03) == reasons(-0.03, -0.005) == [one]
    assert reasons(-0.03, 0.03) == [both]
    assert reasons(0.02, 0.03, people=9_950) == ["scale: one modelled person stands for 101"]
    assert reasons(0.02, 0.03, assumed=3) == ["assumptions: 3 values have no source"]


def _level(
    differences: list[float],
    people: int = 10_000,
    assumed: int = 1,
    swept: tuple[float, ...] = (),
    everything: Shift | None = None,
) -> str:
    shift, seeds = _shift(differences), len(differences)
    found = verdict(shift, seeds, SMALLEST)
    world = World.hk2019(people=people)
    others = [Shift(each, each, each) for each in swept]
    return certainty(shift, everything or shift, found, seeds, SMALLEST, world, assumed, others).level


def test_certainty_is_rated_down_for_chance_scale_and_assumptions() -> None:
    sure, wide, wider = [0.02, 0.021, 0.019, 0.0205], [0.008, 0.012, 0.011, 0.009], [0.02, -0.03, 0.04, -0.02]
    assert _level(sure, assumed=0) == "high"
    assert _level(sure) == "moderate"
    assert _level(sure, people=1_000) == "low"
    assert _level(sure, swept=(0.001, 0.02)) == "low"
    assert _level(sure, swept=(0.02, 0.03)) == "moderate"
    assert _level(wide) == "low"
    assert _level(wider) == "very_low"
    assert _level([0.02], assumed=0) == "low"


def test_certainty_is_rated_down_where_everything_counted_is_of_another_size_or_direction() -> None:
    up, none, down = [0.02, 0.021, 0.019, 0.0205], [0.001, -0.001, 0.002, -0.0015], [-0.02, -0.021, -0.019, -0.0205]
    beyond, within, below, wide = (
        Shift(0.0, *ends) for ends in ((0.02, 0.05), (-0.005, 0.005), (-0.05, -0.02), (-0.9, 0.9))
    )
    levels = {
        name: [_level(differences, assumed=0, everything=other) for other in (beyond, within, below, wide)]
        for name, differences in (("up", up), ("none", none), ("down", down))
    }
    assert levels == {
        "up": ["high", "moderate", "moderate", "high"],
        "none": ["moderate", "high", "moderate", "high"],
        "down": ["moderate", "moderate", "high", "high"],
    }
    unknown = Shift(0.02, math.nan, math.nan)
    assert _level(up, assumed=0, everything=unknown) == "high"


def test_hitting_nobody_is_an_assumption_or_as_far_as_can_be_counted() -> None:
    none, hardly, some = Count(0.0, 0.0, 0.0), Count(0.012, 0.0, 0.03), Count(25.0, 3.5, 46.0)
    perfect = NamedBranch("a", (Takedown("2019-08-19"),))
    erring = NamedBranch("b", (Takedown("2019-08-19", detector=Rates(tpr=0.9, fpr=0.001)),))
    standing = NamedBranch("c", (HashtagLimit("2019-06-01"),))
    assert [_hits(branch, none, 100.0) for branch in (perfect, erring, standing)] == [
        ", hits nobody innocent by assumption",
        ", hits no innocent account that could be counted",
        ", hits nobody innocent",
    ]
    assert _hits(erring, none, 1.0) == ", hits nobody innocent"
    assert _hits(erring, hardly, 100.0) == ", hits less than 0.1 of 10,000 innocent accounts"
    assert _hits(erring, some, 100.0) == ", hits 25 of 10,000 innocent accounts"


def test_numbers_have_the_decimals_of_their_range_and_choices_those_that_they_have() -> None:
    assert [within(0.00044, -0.0001, 0.001, 1000), within(0.00023, 0.00012, 0.00035, 1000)] == ["0.4", "0.23"]
    assert [within(-0.00001, -0.0001, 0.001, 1000), within(0.0002, math.nan, math.nan, 1000)] == ["0.0", "0.20"]
    assert [as_set(value) for value in (0.05, 300_000, 5e-05, 3.0, 0.3)] == ["0.05", "300,000", "0.00005", "3", "0.3"]


def test_verbs_are_of_size_times_certainty() -> None:
    found = verdict(_shift([0.02, 0.021]), 2, SMALLEST)
    said = {
        (level, difference): verb_of(difference, found, level, SMALLEST)
        for level in ("high", "moderate", "low", "very_low")
        for difference in (0.001, 0.02, -0.02, 0.3)
    }
    assert said["high", 0.001] == "results in little to no difference in support for the movement"
    assert said["moderate", 0.02] == "probably raises support for the movement slightly"
    assert said["low", -0.02] == "may lower support for the movement slightly"
    assert said["low", 0.3] == "may raise support for the movement greatly"
    assert said["very_low", 0.3] == said["very_low", 0.001]


def test_people_are_told_to_the_digits_that_their_range_deserves() -> None:
    assert (Count(123_456.0, 120_000.0, 126_912.0).told, Count(123_456.0, 120_000.0, 126_912.0).range) == (
        "123,500", "120,000 to 126,900",
    )  # fmt: skip
    assert counted(Count(160.2, 20.0, 300.4), 1.0) == "160 (20 to 300)"
    assert counted(Count(-40.0, -300.0, 220.0), 1.0) == "−40 (−300 to 220, which cannot be told from none)"
    assert counted(Count(0.0, 0.0, 0.0), 1.0) == "none"
    assert counted(Count(0.0, 0.0, 0.0), 100.0) == "none that could be counted (one modelled person stands for 100)"
    assert counted(Count(5.0, math.nan, math.nan), 1.0) == "5 (too few seeds for a range)"


def test_people_are_counted_from_the_tables_of_a_study() -> None:
    """Those kept from crossing are net of those kept from crossing the other way; marches are the movement's."""
    runs = pd.DataFrame(
        {
            "branch": ["none", "none", "some", "some"], "seed": [1, 2, 1, 2], "reach": [0.5, 0.3, 0.4, 0.1],
            "turned_away": [0.004, 0.002, 0.001, 0.001], "turned_towards": [0.001, 0.001, 0.002, 0.0],
            "supporters": [0.5, 0.5, 0.6, 0.7],
        }
    )  # fmt: skip
    turnout = pd.DataFrame(
        [(b, seed, day, f"{day}", side, joined)
         for b, joined in (("none", 0.25), ("some", 0.125)) for seed in (1, 2) for day, side in ((1, 1), (2, -1), (3, 1))],
        columns=["branch", "seed", "day", "event", "side", "turnout"],
    )  # fmt: skip
    world = World.hk2019(people=1_000).replace(people_reachable=10_000)
    results: Any = SimpleNamespace(
        runs=runs, turnout=turnout, world=world, plan=SimpleNamespace(reference="none"), method=STUDENT
    )
    shift = Shift(0.002, 0.001, 0.003)
    found, campaign = in_people(results, "some", shift, shift), of_campaign(results)
    assert found.moved[0] == pytest.approx((10.0, 5.0, 15.0))
    assert [count.mean for count in (found.kept, *found.crossed)] == pytest.approx([1_500.0, 20.0, 1_500.0])
    assert found.marches is not None and found.marches.mean == -2_500.0
    assert (campaign.reachable, campaign.events) == (10_000, 2)
    assert campaign.saw.mean == pytest.approx(4_000.0) and campaign.saw.low == 0.0 < campaign.saw.high
    assert campaign.crossed.mean == pytest.approx(20.0)
    assert campaign.marches is not None and campaign.marches.mean == 5_000.0


def test_dots_are_equally_likely_differences() -> None:
    differences = pd.Series([0.1, 0.3, 0.2, 0.4])
    dots = np.array(_dots(differences, STUDENT))
    error = stats.sem(differences)
    shares = stats.t.cdf((dots - differences.mean()) / error, 3)
    assert shares == pytest.approx((np.arange(20) + 0.5) / 20)
    assert _dots(pd.Series([0.0, 0.0]), STUDENT) == () == _dots(pd.Series([0.1]), STUDENT)


@pytest.mark.parametrize("method", [STUDENT, ANYTIME])
def test_dots_lie_where_the_intervals_that_are_shown_have_their_ends(method: Method) -> None:
    differences = pd.Series(np.random.default_rng(2).normal(0.3, 1.0, 16))
    dots = _dots(differences, method)
    assert len(dots) == DOTS and sorted(dots) == list(dots)
    for i, level in enumerate([0.95, 0.85, 0.75]):
        _, low, high, _ = paired_interval(differences, level, method)
        assert (dots[i], dots[-1 - i]) == pytest.approx((low, high))
    refused = p_values([differences], method)[0] < 0.05
    assert refused == (dots[0] > 0)


def test_where_no_interval_is_shown_there_are_no_dots() -> None:
    differences = pd.Series(np.random.default_rng(2).normal(0.3, 1.0, 8))
    assert np.isnan(paired_interval(differences, method=ANYTIME)[1]) and _dots(differences, ANYTIME) == ()


def test_ranks_are_told_with_their_probability_and_ties_as_ties() -> None:
    values = {
        "a": [4.0, 5.0, 6.0, 5.0],
        "b": [5.0, 4.0, 5.0, 6.0],
        "c": [1.0, 1.0, 2.0, 1.0],
        "d": [1.0, 1.0, 2.0, 1.0],
    }
    traced = pd.concat({name: pd.Series(v, index=range(1, 5)) for name, v in values.items()}, names=["branch", "seed"])
    best = _best(list(values), traced)
    assert sum(best) == pytest.approx(1.0) and best[0] == pytest.approx(0.5, abs=0.05) and best[2] == best[3] < 0.02
    assert _best(["c", "d"], traced) == [0.5, 0.5]
    # The first of the ranking has an oracle and is left out: of the others the first two are tied.
    rows = pd.DataFrame({"rank": [2, 3, 4], "branch": ["a", "b", "c"], "alike": [(1, 3), (2,), ()]}, index=[1, 2, 3])
    places = _places(rows, traced)
    assert places[["first", "last"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 3]]


@pytest.mark.parametrize("method", [STUDENT, ANYTIME])
def test_the_chance_to_be_the_best_of_two_is_that_of_their_interval(method: Method) -> None:
    """Also where all seeds have the same sign, which every resample of them has, too."""
    ahead = np.array([0.006, 0.122, 0.010, 0.008, 0.003, 0.007, 0.004, 0.038, 0.02, 0.001])
    values = {"a": ahead + np.sin(np.arange(10.0)), "b": np.sin(np.arange(10.0))}
    traced = pd.concat({name: pd.Series(v) for name, v in values.items()}, names=["branch", "seed"])
    wider = float(method.half_widths(np.array([10.0]), 0.95)[0] / STUDENT.half_widths(np.array([10.0]), 0.95)[0])
    chance = stats.t.cdf(ahead.mean() / stats.sem(ahead) / wider, 9)
    assert 0.65 < chance < 0.98
    assert _best(["a", "b"], traced, method) == pytest.approx([chance, 1.0 - chance], abs=0.02)


def test_where_no_interval_is_shown_no_chance_to_be_the_best_is() -> None:
    traced = pd.concat({n: pd.Series([v]) for n, v in {"a": 2.0, "b": 1.0}.items()}, names=["branch", "seed"])
    assert np.isnan(_best(["a", "b"], traced)).all()
    assert Rank(1, 2, math.nan).told_best == "–" and Rank(1, 2, 0.934).told_best == "93 %"


def test_the_magnification_shows_everything_and_is_a_round_number() -> None:
    row = _Row("x", Shift(0.0003, 0.0001, 0.0005), Shift(0.0002, -0.0004, 0.0008), None)
    assert _magnification([row], 0.0001) == 1_000
    assert _magnification([row._replace(assumed=(0.0, 0.002))], 0.0001) == 200
    assert _magnification([row], 0.3) == 1


def test_tables_in_a_page_are_csv_without_formulas() -> None:
    link = as_link(pd.DataFrame({"branch": ["=1+1", "<b>"], "difference": [0.25, -1.5]}))
    head, _, text = link.partition(",")
    assert head == "data:text/csv;charset=utf-8;base64"
    found = pd.read_csv(StringIO(base64.b64decode(text).decode()))
    assert found["branch"].tolist() == ["'=1+1", "<b>"] and found["difference"].tolist() == [0.25, -1.5]


def test_values_in_a_page_are_escaped_and_texts_are_not() -> None:
    words = Strings({"a": {"b": "<i>{name}</i>"}, "n": {"one": "{n} seed", "other": "{n} seeds"}})
    assert words.html("a.b", name="<script>") == "<i>&lt;script&gt;</i>"
    assert words("a.b", name="<script>") == "<i><script></i>"
    assert [words("n", n=n) for n in (1, 2)] == ["1 seed", "2 seeds"]
    with pytest.raises(KeyError, match=r"no text a\.c"):
        words("a.c")


def _marked(tree: Any) -> Any:
    """Texts of a made-up language: the English ones, each within brackets of its own."""
    if isinstance(tree, str):
        return f"⟦{tree}⟧"
    return {k: _marked(v) for k, v in tree.items()} if isinstance(tree, dict) else [_marked(each) for each in tree]


def made_up(folder: Path) -> Path:
    """The file of a made-up language."""
    path = folder / "qq.yaml"
    path.write_text(yaml.safe_dump(_marked(strings().texts), allow_unicode=True), encoding="utf-8")
    return path


def test_another_language_is_another_file(tmp_path: Path) -> None:
    words = strings(str(made_up(tmp_path)))
    assert words.language == "qq"
    with told_in(words):
        assert say("page.seeds", n=1) == "⟦1 seed⟧" and say.language == "qq"
    assert say("page.seeds", n=1) == "1 seed" and say.language == "en"


def test_dates_are_told_as_the_language_has_them(tmp_path: Path) -> None:
    days = [f"2019-{month:02}-01" for month in range(1, 13)]
    assert [say.short_day(day) for day in days] == [short_day(day) for day in days]
    assert [say.day("2019-08-19"), say.day("2024-02-29")] == ["19 August 2019", "29 February 2024"]
    texts = yaml.safe_load(made_up(tmp_path).read_text(encoding="utf-8"))
    numbers = [str(month) for month in range(1, 13)]
    texts["dates"] = {
        "full": "{year}年{month}月{day}日", "short": "{month}月{day}日", "months": numbers, "short_months": numbers
    }  # fmt: skip
    path = tmp_path / "zh.yaml"
    path.write_text(yaml.safe_dump(texts, allow_unicode=True), encoding="utf-8")
    with told_in(strings(str(path))):
        assert (say.day("2019-08-19"), say.short_day("2019-12-01")) == ("2019年8月19日", "12月1日")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda texts: texts["page"].pop("figure"), r"must have the text page\.figure, which qq\.yaml has not"),
        (lambda texts: texts.update(more="a"), "must have no text but those of the English file, not more"),
        (lambda texts: texts["page"].update(figure="Figure"), r"must have the places in braces of the English text page\.figure"),
        (lambda texts: texts["page"].update(figure="{n} {"), r"must have the places in braces of the English text page\.figure"),
        (lambda texts: texts["page"].update(figure="<script>{n}"), r"must have the marks of the English text page\.figure"),
        (lambda texts: texts["page"].update(figure=7), r"must have the places in braces"),
    ],
)  # fmt: skip
def test_a_language_lacks_nothing_and_adds_nothing(change: Any, problem: str, tmp_path: Path) -> None:
    path = made_up(tmp_path)
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(texts)
    path.write_text(yaml.safe_dump(texts, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        strings(str(path))


@pytest.mark.parametrize(
    ("language", "problem"),
    [
        ("eng", "must be one of en, not 'eng'; did you mean 'en'"),
        ("nowhere/de.yaml", "must be a file that can be read"),
        ("my words.yaml", "must be a file that is called by a language's tag"),
    ],
)
def test_a_language_that_there_is_not(language: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"language {problem}"):
        strings(language)


def _leaves(texts: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for key, value in texts.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            yield from _leaves(value, name)
        else:
            yield name


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    folder = Path(next(iter(experiments.report.__path__)))
    sources = [*folder.glob("**/*.py"), *folder.glob("templates/**/*.html")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    leaves = set(_leaves(strings().texts))
    whole = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_0-9]+)+)["']""", code))
    begun = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*\.(?:[a-z_]+_)?)(?=["{])', code))
    unused = {leaf for leaf in leaves if leaf not in whole and not any(leaf.startswith(start) for start in begun)}
    unused = {leaf for leaf in unused if not any(leaf.startswith(f"{part}.") for part in whole)}
    assert unused == set()
    used = set(re.findall(r'(?:say|t)\(\s*"([a-z_]+(?:\.[a-z_0-9]+)+)"', code))
    assert len(used) > 150
    assert {key for key in used if key not in leaves} == set()


@pytest.mark.parametrize(
    ("low", "high", "detected"),
    [(0.5, 1.5, True), (0.2, 0.8, True), (-1.5, -0.5, True), (-0.8, -0.2, True), (-1.0, 1.0, False), (-0.2, 0.9, False),
     (0.0, 0.0, False), (0.0, 1.0, False), (-1.0, 0.0, False)],
)  # fmt: skip
def test_people_are_detected_where_the_range_excludes_none(low: float, high: float, detected: bool) -> None:
    assert Count((low + high) / 2, low, high).detected == detected
    assert Count((low + high) / 2, low, high).negative().detected == detected


def test_what_a_platform_would_have_to_know_is_named_by_the_detector() -> None:
    """One of the user's own may judge by something that this program does not know of."""

    @dataclass(frozen=True)
    class Gut(SignalDetector):
        def excess(self, view: Any) -> Any:
            return np.zeros(view.account.size)

        def sentence(self) -> str:
            return "a feeling"

    own, known = (
        _knows(NamedBranch("some", (Takedown(1, detector=detector),))) for detector in (Gut(), ScoreDetector())
    )
    assert own == (say("knows.own"),)
    assert len(known) == 1 and known != own and "signal" in known[0]
