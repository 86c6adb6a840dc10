"""The report and its figures: self-contained, the same bytes again, in plain words that fit the numbers."""

from __future__ import annotations

import html
import json
import re
import shutil
from dataclasses import asdict, dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib import cbook
from rich.console import Console

import sim
from experiments.command.folder import Manifest
from experiments.command.words import interval, number, plain, with_margin
from experiments.report import __main__ as report
from experiments.report import figures
from experiments.report import page as page_of
from experiments.report.analyses import load_analyses
from experiments.report.findings import findings
from experiments.report.shifts import Shift
from experiments.report.story import tell
from experiments.report.strings import say, strings, texts_of
from experiments.report.tables import print_study
from experiments.report.verdict import headline, what_was_done
from experiments.run import main
from experiments.studies.results import Results, load, without_formulas
from experiments.studies.settings import NamedBranch
from sim.cases.hk2019.case import CASE
from sim.moderation import Appeals, Enforcement, PreemptiveRemoval, RegistrationChecks, RemovalPolicy, Takedown, TipOff
from sim.study.intervals import ANYTIME, paired_interval
from sim.study.precision import Precision
from tests.pages import Page, as_read, assert_strict, assert_whole
from tests.test_report_words import made_up

STUDY = [
    "world.people=1000", "days=20", "seeds=2", "study.dates=[2019-05-08, 2019-05-12]", "study.reactive=[94, 936]",
    "study.preemptive=[200000]", "study.sweep.values=[0.01, 0.1]", "study.headline=no_campaign",
]  # fmt: skip


def test_the_page_is_well_formed_and_asks_for_nothing(page: str) -> None:
    assert_whole(page)
    assert_strict(page)


def test_the_page_has_everything_it_should(page: str, results: Results) -> None:
    assert page.count('<svg role="img"') == 7
    for heading in (
        "The answer", "Summary of findings", "How large, and by what chance", "Timing and scale", "Who moved whom",
        "Asked for and removed", "Move it yourself", "Watch it spread", "The innocent",
        "What it means, and what it does not", "Simulated beside observed",
        "Assumptions", "For the reviewer",
    ):  # fmt: skip
        assert re.search(f"<h2[^>]*>{heading}</h2>", page), heading
    assert len(page) < 5_000_000
    assert "4,301 accounts" in page
    assert "not of the 936" in page
    assert all(sentence in html.unescape(page) for sentence in headline(results).sentences)
    assert str(results.provenance["description"]).splitlines()[0] in page
    order = [page.index(f"<code>{field}</code>") for field in CASE.leading]
    assert order == sorted(order)
    assert "world.population.sessions_per_day" in page
    assert "nan" not in re.sub(r"<[^>]*>", " ", page).split()


def test_figures_and_page_are_the_same_bytes_again(study: Path) -> None:
    names = ["effects", "chances", "timing-and-scale", "timeline", "sweep", "channels", "relays"]
    files = [study / "figures" / f"{name}.{kind}" for name in names for kind in ("svg", "png")] + [
        study / "report.html"
    ]
    before = [path.read_bytes() for path in files]
    assert report.main([str(study)]) == 0
    assert [path.read_bytes() for path in files] == before
    assert b"<dc:date>" not in b"".join(before)


def test_a_page_in_another_language_has_no_english_but_the_library_s(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    assert report.main([str(copy), f"language={made_up(tmp_path)}"]) == 0
    text = (copy / "report.html").read_text(encoding="utf-8")
    assert_whole(text)
    assert_strict(text)
    assert '<html lang="qq">' in text
    left = as_read(html.unescape(text))
    while len(left) > len(left := re.sub("⟦[^⟦⟧]*⟧", "", left)):
        pass
    assert not re.findall("[⟦⟧]", left) and len(left) > 0.5 * len(text)
    for key, english in texts_of(strings().texts):
        pieces = [piece for piece in re.split(r"\{\w+\}", english) if len(piece) > 40]
        assert not any(piece in left for piece in pieces), key
    # Dates of the report are in its language; those of the world's description are ISO dates.
    of_report = left.split("Versions")[0].replace(str(CASE.caveats), "")
    assert "⟦12 ⟦May⟧⟧" in as_read(text) and not re.search(r">\d{1,2} (May|Aug|Sep)\b", of_report)
    assert report.main([str(copy)]) == 0
    assert (copy / "report.html").read_text(encoding="utf-8") == text
    assert report.main([str(copy), "language=en"]) == 0
    assert (copy / "report.html").read_bytes() == (study / "report.html").read_bytes()


def test_several_studies_and_json(
    results: Results, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr("experiments.report.__main__.draw", lambda *_: None)
    copies = [tmp_path / "one", tmp_path / "two"]
    for copy in copies:
        shutil.copytree(study, copy)
    assert report.main([str(copy) for copy in copies]) == 0
    said = capsys.readouterr().out
    assert all(str(copy) in said for copy in copies)
    assert report.main([str(copies[0]), "output=json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["results"] for row in document["effects"]} == {str(copies[0])}
    assert len(document["effects"]) == len(results.effects)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/nowhere"], "/nowhere has no manifest.json, so none of our programs made it"),
        (["."], "it must be a study's directory, as experiments.run writes it."),
        (["/nowhere", "output=yaml"], "output must be one of table, json, not 'yaml'."),
        ([], "DIR must name a study's directory"),
        (["/nowhere", "--alow-code"], "--alow-code is not a flag; did you mean --allow-code?"),
        (["/nowhere", "outptu=json"], "outptu is not an option; did you mean output?"),
        (["/nowhere", "-x"], "-x is not a flag; --help lists them."),
        (["x" * 300], "File name too long"),
        (["\x1b[31m"], "\\x1b[31m has no manifest.json"),
        (["~nobody-of-this-name"], "nobody's home is known"),
        (["/dev/null"], "Not a directory"),
        ([""], "DIR must name a folder"),
    ],
)
def test_what_is_no_study_is_bad_input(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["runs.parquet", "effects.parquet", "provenance.json", "effects.csv", "report.html"])
def test_an_edited_file_is_named_and_not_blessed(
    name: str, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.report.__main__.draw", None)
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    edited = (copy / name).read_bytes()[:-4] + b"edit"
    (copy / name).write_bytes(edited)
    assert report.main([str(study), str(copy)]) == 2
    said = capsys.readouterr().err
    assert f"{copy} is not as it was written: {name} changed since." in said
    assert said.count("\n") == 1
    assert (copy / name).read_bytes() == edited


def test_a_missing_table_is_named(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    (copy / "sweep.parquet").unlink()
    assert report.main([str(copy)]) == 2
    assert f"{copy} lacks sweep.parquet." in capsys.readouterr().err


@pytest.mark.parametrize("table", ["runs", "effects"])
def test_results_of_an_earlier_program_are_said_to_be(
    results: Results, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    lost = {"runs": "opinion_mean", "effects": "variance_reduction"}[table]
    getattr(results, table).drop(columns=lost).to_parquet(copy / f"{table}.parquet")
    Manifest.read(copy).write()
    assert report.main([str(copy)]) == 2
    said = capsys.readouterr().err
    assert (
        f"was made by an earlier program, not by this one (model version {sim.MODEL_VERSION}), and lacks {lost};"
        in said
    )


def test_what_a_spreadsheet_takes_for_a_formula_is_text_in_csv(tmp_path: Path) -> None:
    names = ["=1+1", "+1", "-1", "@x", "June [strict]", "a=b"]
    table = pd.DataFrame(
        {"branch": names, "difference": [-1.5, 0.0, 1.0, float("nan"), 2.0, 3.0], "identical": [True] * 6}
    )
    without_formulas(table).to_csv(tmp_path / "effects.csv", index=False)
    found = pd.read_csv(tmp_path / "effects.csv")
    assert list(found["branch"]) == ["'=1+1", "'+1", "'-1", "'@x", "June [strict]", "a=b"]
    pd.testing.assert_series_equal(found["difference"], table["difference"])
    assert found["identical"].all()


@pytest.mark.parametrize("name", ["$x^$", r"$\frac{1$", "_hidden", "a $5 and $6", "<b>&"])
def test_names_in_figures_are_text(name: str, results: Results) -> None:
    """A dollar sign begins a formula to matplotlib, and an underscore a label that it leaves out."""
    renamed = _renamed(results, name)
    figure = figures.timeline_figure(tell(renamed))
    assert figure is not None
    labels = [" ".join(ax.get_title().split()) for ax in figure.axes]
    (label,) = (text for text in labels if text.replace(r"\$", "$").strip() == name.replace("_", " ").strip())
    assert not cbook.is_math_text(label)
    figure.draw_without_rendering()
    plt.close(figure)


def test_letters_that_no_font_has_are_drawn_as_boxes_without_a_warning(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FIGURES", {"timeline": figures.timeline_figure})
    assert figures.draw_figures(tell(_renamed(results, "上街")), tmp_path) == ("timeline",)


def test_names_in_the_page_are_text(results: Results, study: Path) -> None:
    page = as_read(page_of.render(tell(_renamed(results, "<b>$x^$&")), study, ()))
    assert "&lt;b&gt;$x^$&amp;" in page
    assert Page(page).open == []


def _renamed(results: Results, name: str) -> Results:
    """Results in which the branch without a campaign has another name."""
    old = "no_campaign"
    plan = json.loads(json.dumps(results.provenance["study"]).replace(json.dumps(old), json.dumps(name)))
    tables = {t: getattr(results, t).replace({"branch": {old: name}}) for t in ("runs", "timeline", "effects", "sweep")}
    watched = results.watched
    if watched is not None:
        watched = watched._replace(days=watched.days.replace({"branch": {old: name}}))
    return replace(results, **tables, watched=watched, provenance={**results.provenance, "study": plan})


def _headline_with(results: Results, difference: float, low: float, high: float, identical: bool = False) -> str:
    effects = results.effects.copy()
    row = (effects["branch"] == "no_campaign") & (effects["kind"] == "traced")
    effects.loc[row, ["difference", "low", "high"]] = [difference, low, high]
    effects.loc[effects["branch"] == "no_campaign", "identical"] = identical
    # What was swept would have its say on certainty.
    return headline(replace(results, effects=effects, sweep=results.sweep[:0])).sentence


def test_the_headline_is_honest(results: Results) -> None:
    """It has its number with its range, and four findings that are not the same have four words."""
    matters = _headline_with(results, 0.0002, 0.0001, 0.0003)
    assert "may raise support for the movement very slightly" in matters
    assert "as much as moving 100 (50 to 150) of 1,000,000 people" in matters
    assert "0.20 thousandths, traced (95 % range 0.10 to 0.30" in matters
    assert "Traced, the effect is one that matters" in matters
    undetected = _headline_with(results, 0.0002, -0.0001, 0.0005)
    assert "100 (−50 to 250, which cannot be told from none)" in undetected
    assert "Traced, no effect was detected, and one that matters is not excluded" in undetected
    assert "very uncertain effect" in undetected
    smaller = _headline_with(results, 0.000001, -0.000001, 0.000003)
    assert "may result in little to no difference in support for the movement" in smaller
    assert re.search(
        r"Traced, the effect is smaller than what matters \(equivalence test, p = 0.00\d+\), and was not", smaller
    )
    assert "changed nothing at all" in _headline_with(results, 0.0, 0.0, 0.0, identical=True)
    assert "may lower support for the movement very slightly" in _headline_with(results, -0.0002, -0.0003, -0.0001)


@pytest.mark.parametrize(
    ("averted", "said"),
    [
        ((0.0, 0.0), "(95 % range 0 to 0; no difference in any of the 2 seeds)"),
        ((0.0001, 0.0), "the sign is the same in 1 of 2 seeds"),
        ((-0.0001, 0.0), "the sign is the same in 1 of 2 seeds"),
        ((-0.0001, -0.0002), "the sign is the same in all 2 seeds"),
    ],
)
def test_a_seed_without_a_difference_has_no_sign(averted: tuple[float, float], said: str, results: Results) -> None:
    assert said in _headline_that_averted(results, averted)


def test_where_no_interval_holds_nothing_is_said_of_a_single_seed(results: Results) -> None:
    """Intervals that hold at any time need nine seeds."""
    asked = replace(results, provenance={**results.provenance, "precision": [asdict(Precision(half_width=0.001))]})
    assert asked.method is ANYTIME
    said = _headline_that_averted(asked, (0.0001, 0.0002))
    assert "so few seeds say nothing about their uncertainty" in said and "one seed" not in said
    assert re.search(r"thousandths against the movement, traced; \d+ % of that was averted\.", said)


def _headline_that_averted(results: Results, averted: tuple[float, float]) -> str:
    """With each of two seeds, traced, of half a thousandth that the campaign had moved."""
    runs, effects = results.runs.copy(), results.effects.copy()
    for branch, parts in (("none", (-0.0005, -0.0005)), ("no_campaign", (averted[0] - 0.0005, averted[1] - 0.0005))):
        for seed, part in enumerate(parts, 1):
            runs.loc[(runs["branch"] == branch) & (runs["seed"] == seed), "troll_part"] = part
    row = (effects["branch"] == "no_campaign") & (effects["kind"] == "traced")
    effects.loc[row, ["difference", "low", "high"]] = paired_interval(averted, method=results.method)[:3]
    return headline(replace(results, runs=runs, effects=effects)).sentence


def test_a_study_without_grid_and_sweep_has_a_report(tmp_path: Path) -> None:
    assert main(["world.people=1000", "days=2", "seeds=1", "study=actual", f"results={tmp_path}"]) == 0
    folder = next(path for path in tmp_path.iterdir() if path.name.startswith("actual"))
    page = as_read((folder / "report.html").read_text(encoding="utf-8"))
    assert page.count("<svg") == 3
    assert "not reached" in page
    assert "on 19 August 2019 comes after 2 May 2019, the last day simulated: nothing could change." in page
    assert "Changes nothing at all, hits nobody innocent by assumption." in page
    assert "(range unknown with so few seeds) had seen the campaign" in page
    assert "There is one seed, which gives no ranges." in page and "intervals over 1 seed, compared" not in page


def test_errors_of_detection_cost_innocents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.report.figures.draw_figures", lambda *_: ())
    small = [
        "world.people=1000",
        "days=8",
        "seeds=2",
        "study.dates=[2]",
        "study.reactive=[]",
        "study.preemptive=[200000]",
    ]
    detector = "study.detector={name: rates, tpr: 1.0, fpr: 0.05}"
    assert main([*small, detector, "study.sweep.values=[]", f"results={tmp_path}"]) == 0
    folder = next(path for path in tmp_path.iterdir() if path.name.startswith("takedown"))
    removed = load(folder).removed().set_index("branch").loc["preemptive_200000@2019-05-03"]
    assert removed["innocents"] > 0
    page = as_read((folder / "report.html").read_text(encoding="utf-8"))
    assert "Nobody innocent" not in page
    assert "in other scenarios of this study suspensions of innocent accounts were up to" in page


def test_numbers_in_words() -> None:
    assert [plain(v) for v in (0.0, 0.000163, -1.234, 12345.0, float("nan"))] == ["0", "0.00016", "−1.2", "12,345", "–"]
    assert with_margin(0.00016, 0.00013, 0.00019) == "0.16 ±0.03"
    assert with_margin(-0.000001, -0.0001, 0.000098) == "0.00 ±0.10"
    assert with_margin(0.002, float("nan"), float("nan")) == "2.0 ±?"
    assert with_margin(0.0, 0.0, 0.0) == "0"
    assert interval(-0.00009, 0.00055, 1000) == "−0.09 to 0.55"
    assert [number(v) for v in (1234.4, 9.54, 0.04, -0.04, -1234.6, 1.0)] == ["1,234", "9.5", "0", "0", "−1,235", "1"]


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.0, "by assumption."), (0.04, "by assumption."), (0.96, ", takes 1 hour of review."), (1.0, ", takes 1 hour of review."),
     (1.06, ", takes 1.1 hours of review."), (20.5, ", takes 20.5 hours of review.")],
)  # fmt: skip
def test_hours_of_review_are_told_in_the_number_that_they_have(hours: float, said: str, results: Results) -> None:
    told = findings(replace(results, runs=results.runs.assign(review_hours=hours)), pd.DataFrame(columns=["branch"]))
    (actual,) = (found for found in told if found.branch == "actual")
    assert actual.sentence.endswith(said)


def test_tables_fit_80_columns(results: Results, study: Path) -> None:
    story = tell(results)
    many = tuple(
        cell._replace(asked=cell.asked + n, removal=cell.removal._replace(asked=200_000.0, removed=188_691.5))
        for n in range(3)
        for cell in story.grid
    )
    for told, width in ((story, 80), (story, 120), (replace(story, grid=many), 80)):
        text = StringIO()
        print_study(told, study, Console(file=text, width=width, highlight=False))
        table = text.getvalue().partition("Report, figures")[0]
        assert max(map(len, table.splitlines())) <= width
        assert "…" not in table


def test_three_voices_tell_one_story(results: Results, study: Path, page: str) -> None:
    """Cells of the grid on the terminal, on the page, in the figure and in the JSON document."""
    story = tell(results)
    assert {(cell.asked, cell.date) for cell in story.grid} == {
        (n, day) for n in (94, 936, 200_000) for day in ("2019-05-08", "2019-05-12")
    }
    moved = story.grid[2]._replace(
        traced=Shift(0.00123, 0.00113, 0.00133), counterfactual=Shift(0.0456, 0.0446, 0.0466)
    )
    story = replace(story, grid=(*story.grid[:2], moved, *story.grid[3:]))
    text = StringIO()
    print_study(story, study, Console(file=text, width=120, highlight=False))
    assert "1.23 ±0.10" in text.getvalue() and "45.6 ±1.0" in text.getvalue()
    said = as_read(page_of.render(story, study, ()))
    assert '<td>1.23 ±0.10<span class="second">45.6 ±1.0</span></td>' in said
    assert "1.23 ±0.10" not in page
    figure = figures.grid_figure(story)
    assert figure is not None
    drawn = {round(float(y), 6) for ax in figure.axes for line in ax.get_lines() for y in line.get_ydata()}
    assert 1.23 in drawn
    plt.close(figure)
    told = json.loads(json.dumps(story.to_mapping(), allow_nan=False))
    assert told["grid"][2]["traced"] == {"difference": 0.00123, "low": 0.00113, "high": 0.00133, "identical": False}
    assert told["form"] == "grid" and told["until"] == "2019-05-20"
    assert [row["branch"] for row in told["scenarios"]] == ["no_campaign", "actual"]
    assert len(told["assumptions"]) > 50 and told["assumptions"][0]["field"] == "world.opinion.rule.strength"


def test_pages_are_called_pages(results: Results) -> None:
    world = results.world.replace({"second.name": "Facebook"})
    pages = NamedBranch("pages", (Takedown(3, platform="second", accounts=15),))
    assert what_was_done(pages, world) == "Removing 15 active pages on Facebook on 4 May 2019"
    one = NamedBranch("page", (Takedown(3, platform="second", accounts=1), PreemptiveRemoval(3, accounts=1)))
    assert what_was_done(one, world) == (
        "Removing 1 active page on Facebook and 1 account that had not posted yet on 4 May 2019"
    )


@dataclass(frozen=True)
class Both(RemovalPolicy):
    """Removes accounts, and is called whatever the test wants."""

    def asked(self) -> int:
        return 3

    def ranked(self, view: Any, scores: Any) -> Any:
        return view.account

    def sentence(self, date: str) -> str:
        return "Removes."


@pytest.mark.parametrize("name", [*say.find("done"), *say.find("done.nouns"), "anything"])
def test_removals_of_ones_own_are_told_as_accounts_whatever_they_are_called(
    name: str, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in words that the report has for something else."""
    monkeypatch.setattr(Both, "name", name)
    assert what_was_done(NamedBranch("own", (Both(3),)), results.world) == "Removing 3 accounts on 4 May 2019"


def test_effects_in_csv_are_those_in_parquet(study: Path) -> None:
    pd.testing.assert_frame_equal(
        pd.read_csv(study / "effects.csv"), pd.read_parquet(study / "effects.parquet"), check_dtype=False
    )


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ((), "Doing nothing"),
        (
            (Takedown(3), PreemptiveRemoval(3)),
            "Removing 936 active accounts and 200,000 accounts that had not posted yet on 4 May 2019",
        ),
        (
            (Takedown(3, accounts=9), Takedown(4, accounts=8)),
            "Removing 9 active accounts on 4 May 2019 and 8 active accounts on 5 May 2019",
        ),
        ((Enforcement(3), Appeals(3)), "Having enforcement and appeals from 4 May 2019 on"),
        (
            (RegistrationChecks(3), Enforcement(3), Appeals(3)),
            "Having registration checks, enforcement and appeals from 4 May 2019 on",
        ),
        ((Takedown(3), Appeals(4)), "Removing 936 active accounts on 4 May 2019 and having appeals from 5 May 2019 on"),
        ((TipOff(0),), "Having tip-offs between the platforms from 1 May 2019 on"),
    ],
)
def test_what_was_done_in_words(results: Results, policies: tuple[Any, ...], words: str) -> None:
    assert what_was_done(NamedBranch("some", policies), results.world) == words


def _sensitivity(folder: Path, results: Results, **study: str) -> Path:
    """A folder as a sensitivity analysis leaves it, in which the stance of the campaign matters most."""
    folder.mkdir()
    fields = ["opinion.rule.strength", "campaign.stance", "opinion.anchoring"]
    rows = {
        "field": fields,
        "method": "morris",
        "size": [0.1, 0.2, 0.05],
        "low": [0.08, 0.15, 0.0],
        "high": [0.12, 0.25, 0.1],
    }
    whole = pd.DataFrame(rows).assign(samples=10)
    half = whole.assign(samples=5, size=[0.9, 0.1, 0.1])
    pd.concat([half, whole]).to_parquet(folder / "sensitivity.parquet", index=False)
    about = {"study": {**results.provenance["study"], **study}, "model_version": results.provenance["model_version"]}
    (folder / "provenance.json").write_text(json.dumps(about))
    Manifest(folder, "sensitivity", {}).write()
    return folder


def test_assumptions_are_in_the_order_of_what_they_do_to_the_headline(
    results: Results, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = load_analyses(str(_sensitivity(tmp_path / "one", results)), "", results)
    story = tell(results, known)
    assert [a.field.path for a in story.assumptions[:3]] == [
        "world.campaign.stance", "world.opinion.rule.strength", "world.opinion.anchoring",
    ]  # fmt: skip
    assert story.to_mapping()["assumptions"][0]["moves"] == {"method": "morris", "size": 0.2, "low": 0.15, "high": 0.25}
    page = as_read(page_of.render(story, study, ()))
    assert "moves the headline by, thousandths of a unit" in page
    assert "<td>200 (150 to 250)</td>" in page
    other = _sensitivity(tmp_path / "other", results, headline="another")
    assert report.main([str(study), f"sensitivity={other}"]) == 2
    assert "sensitivity must have the study's headline, no_campaign, not another." in capsys.readouterr().err
    assert report.main([str(study), f"sensitivity={study}"]) == 2
    assert "sensitivity must be a folder of experiments.sensitivity, not of a study." in capsys.readouterr().err


def test_a_robustness_map_is_told(results: Results, study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "map"
    folder.mkdir()
    shares = {
        "helps": [0.25, float("nan")],
        "no difference that matters": [0.5, float("nan")],
        "harms": [0.0, float("nan")],
    }
    rows = {"strategy": ["<i>", "none"], **shares, "cannot be told": [0.25, float("nan")], "best": [0.75, 0.5]}
    rest = {"median": [0.0002, 0.0], "regret_mean": [0.0001, 0.0003], "regret_max": [0.001, 0.002]}
    pd.DataFrame(rows | rest).to_csv(folder / "robustness.csv", index=False)
    about = {"study": results.provenance["study"], "model_version": results.provenance["model_version"]}
    (folder / "provenance.json").write_text(json.dumps(about))
    Manifest(folder, "robustness", {}).write()
    story = tell(results, load_analyses("", str(folder), results))
    page = as_read(page_of.render(story, study, ()))
    assert (
        "Over plausible worlds" in page and ">25 %</td>" in page and ">0.20</td>" in page and "&lt;i&gt;</th>" in page
    )
    assert json.loads(json.dumps(story.to_mapping(), allow_nan=False))["robustness"][1]["helps"] is None


def test_a_figure_names_the_seeds_that_it_is_of(results: Results) -> None:
    story = replace(tell(results), seeds=(3, 4, 5, 8, 9))
    assert story.sweep and story.relays is not None
    assert figures.seeds_of("timing-and-scale", story) == (3, 4, 5, 8, 9)
    assert figures.seeds_of("sweep", story) == (3, 4) and {point.seeds for point in story.sweep} == {2}
    assert figures.seeds_of("relays", replace(story, relays=story.relays._replace(seeds=(5, 8)))) == (5, 8)
    figure = figures._with_source("sweep", figures.sweep_figure, story)
    assert figure is not None and "seeds 3–4," in figure.get_supxlabel()
    plt.close(figure)
