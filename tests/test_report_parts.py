"""The parts of the report that move: what they are given says what the tables say."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.report import live
from experiments.report import page as page_of
from experiments.report.innocent import COLUMNS, STATES, crowd_of, hit_by, people_drawn
from experiments.report.move import move_data
from experiments.report.spread import replay_of
from experiments.report.story import tell
from experiments.studies.results import Results
from experiments.studies.watched import Watched
from sim.moderation import ScoreDetector
from sim.opinion import BoundedConfidence, Opinion
from sim.opinion.rule import opinion_weight
from sim.outcomes.watched import PART_STEPS
from tests.pages import as_read, assert_strict, assert_whole

STUDY = [
    "world.people=1000", "world.people_reachable=10000", "days=4", "seeds=2", "study.dates=[1, 2]", "study.reactive=[936]",
    "study.preemptive=[2000]", "study.sweep={values: [], branches: [early]}", "study.headline=early", "watch=200",
    "study.spared=true",
    "study.branches=[{name: none}, {name: early, policies: [{name: takedown, day: 2019-05-03, detector: {name: rates, tpr: 0.7, "
    "fpr: 0.3}}, {name: appeals, day: 2019-05-03, delay_days: 1}]}]",
]  # fmt: skip
FIGURES = False


def data_in(page: str, name: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def test_the_page_is_strict_and_has_all_three_parts(page: str) -> None:
    assert_whole(page)
    assert_strict(page)
    assert len(re.findall(r'<script type="application/json"', page)) == 3
    assert len(page) < 5_000_000


def test_planes_hold_what_was_watched(results: Results, page: str) -> None:
    assert results.watched is not None
    accounts, days = results.watched
    # In a few days trolls move nobody far.
    days = days.assign(troll_part=np.random.default_rng(1).integers(-900, 500, len(days)))
    replay = replay_of(replace(results, watched=Watched(accounts, days)))
    assert replay is not None
    data = replay.data
    assert {name: data[name] for name in ("accounts", "lines", "days")} == {
        name: data_in(page, "spread-data")[name] for name in ("accounts", "lines", "days")
    }
    content = np.frombuffer(zlib.decompress(base64.b64decode(data["planes"])), dtype=np.uint8)
    rings = accounts[accounts["ring"] != "none"].reset_index(drop=True)
    n, d = len(rings), 4
    assert (data["accounts"], len(data["days"]), data["branches"]) == (n, d, ("no removal", "early"))
    places, rest = content[: 4 * n].view("<u2").reshape(2, n), content[4 * n :]
    np.testing.assert_allclose(places / 65_535 * 2 - 1, [rings["x"], rings["y"]], atol=2e-5)
    np.testing.assert_array_equal(rest[:n], rings["ring"].cat.codes if hasattr(rings["ring"], "cat") else rings["ring"])
    lines = rest[n : n + 4 * data["lines"]].copy().view("<u2").reshape(-1, 2)
    follows = {i: set(row) for i, row in enumerate(rings["follows"])}
    assert all(rings["account"][b] in follows[a] for a, b in lines)
    assert {a for a, _ in lines} == set(rings.index[rings["ring"] != "campaign"])
    planes = rest[n + 4 * data["lines"] :].reshape(2, 3, d, n).cumsum(axis=2, dtype=np.uint8).astype(int)
    part = replay.part
    for i, branch in enumerate(["none", "early"]):
        own = days[(days["branch"] == branch) & days["account"].isin(rings["account"])]
        table = {name: own[name].to_numpy().reshape(d, n) for name in ("opinion", "troll_part", "status")}
        np.testing.assert_array_equal(planes[i, 0] - 128, table["opinion"])
        expected = (table["troll_part"] / PART_STEPS).clip(-part, part)
        np.testing.assert_allclose((planes[i, 1] - 128) * part / 127, expected, atol=part / 250)
        statuses = np.array(["active", "sleeping", "suspended"])
        np.testing.assert_array_equal(statuses[planes[i, 2]], table["status"])
    moved = days.loc[days["account"].isin(rings["account"]) & (days["troll_part"] != 0), "troll_part"].abs()
    assert (moved > part * PART_STEPS).mean() == pytest.approx(0.1, abs=0.01)
    assert planes[:, 1].min() == 1


def test_cells_are_those_of_the_table(results: Results, page: str) -> None:
    story, data = tell(results), data_in(page, "move-data")
    assert data == json.loads(json.dumps(move_data(story)))
    for kind in data["kinds"]:
        for cell in (cell for cell in story.grid if cell.kind == kind["name"]):
            i, j = ["2019-05-02", "2019-05-03"].index(cell.date), kind["scales"].index(f"{cell.asked:,}")
            found = kind["cells"][i][j]
            assert (found["traced"], found["all"]) == (cell.traced.told(), cell.counterfactual.told())
            assert f"{cell.asked:,}" in found["what"] and kind["dates"][i] in found["what"]
            low, high = data["axes"]["all"]
            assert all(low < value < high for value in found["all_interval"])
    assert sum(len(row) for kind in data["kinds"] for row in kind["cells"]) == len(story.grid) == 4


def test_a_study_without_a_grid_has_no_sliders(results: Results, study: Path) -> None:
    story = tell(results)
    page = as_read(page_of.render(replace(story, grid=(), plan=story.plan.replace(dates=(), form="plain")), study, ()))
    assert 'id="move-data"' not in page and 'id="move"' not in page
    assert_whole(page)


def test_without_what_was_watched_the_page_says_so(results: Results, study: Path) -> None:
    page = as_read(page_of.render(tell(replace(results, watched=None)), study, ()))
    assert "There is nothing to be watched: no account was recorded" in page
    assert 'id="spread"' not in page and 'id="innocent-crowd"' not in page
    assert "suspensions of innocent accounts" in page
    assert_whole(page)
    nobody = Watched(results.watched.accounts.assign(ring="none"), results.watched.days)  # type: ignore[union-attr]
    assert replay_of(replace(results, watched=nobody)) is None


def test_what_was_done_to_innocents_adds_up(results: Results, page: str) -> None:
    hit = hit_by(results, "early")
    runs = results.runs[results.runs["branch"] == "early"]
    assert hit.most >= hit.ever > 0
    assert hit.ever == pytest.approx((runs["wrongful_removals"] + runs["restored"]).mean())
    assert hit.days * hit.ever == pytest.approx(runs["days_silenced"].mean())
    kinds = dict(hit.kinds)
    assert kinds["supporters"] + kinds["opponents"] + kinds["organisers"] + kinds["genuine outlets"] == pytest.approx(
        hit.suspended
    )
    assert 0 < hit.share < 0.5 and hit.restored > 0
    own = results.timeline[results.timeline["branch"] == "early"].groupby("seed")[["posts", "troll_posts"]].sum().mean()
    assert hit.share == pytest.approx(hit.posts / (own["posts"] - own["troll_posts"] + hit.posts))
    for words in ("suspensions of innocent accounts", "restored: ", "of all that people, organisers and outlets"):
        assert words in page


def test_where_nobody_was_hit_a_sentence_says_so(results: Results, study: Path) -> None:
    none = dict.fromkeys(("wrongful_removals", "restored", "days_silenced", "posts_lost"), 0.0)
    spared = replace(results, runs=results.runs.assign(**none))
    page = as_read(page_of.render(tell(spared), study, ()))
    assert "Nobody innocent was suspended, in any scenario of this study" in page
    assert 'id="innocent-crowd"' not in page
    others = results.runs.copy()
    others.loc[others["branch"] == "early", list(none)] = 0.0
    others.loc[others["branch"] == "takedown_936@2019-05-02", "wrongful_removals"] = 10.0
    assert (
        "hit nobody innocent; in other scenarios of this study suspensions of innocent accounts were up to 10 ("
        in as_read(page_of.render(tell(replace(results, runs=others)), study, ()))
    )


def test_icons_are_people_drawn_and_what_happened_to_them(results: Results, page: str) -> None:
    watched, crowd = results.watched, crowd_of(results)
    assert watched is not None and crowd is not None
    people = people_drawn(watched, "early")
    pd.testing.assert_frame_equal(people, crowd.people)
    assert len(people) == 1000 and set(people["state"]) == {"free", "suspended", "restored"} <= set(STATES)
    days = watched.days[watched.days["branch"] == "early"]
    for account, row in people[people["days"] > 0].iterrows():
        status = days.loc[days["account"] == account, "status"].tolist()
        assert row["days"] == status.count("suspended")
        assert row["state"] == ("suspended" if status[-1] == "suspended" else "restored")
    assert (people["age"] >= 0).all() and people["side"].isin(["supporter", "opponent"]).all()
    data = data_in(page, "innocent-data")
    assert data["columns"] == list(COLUMNS)
    assert data["people"] == json.loads(json.dumps(people[list(COLUMNS)].to_numpy().tolist()))
    drawn = re.findall(r'<use href="#innocent-person" x="(\d+)" y="(\d+)" class="(\w+)"/>', page)
    assert [state for _, _, state in drawn] == people["state"].tolist()
    assert len({(x, y) for x, y, _ in drawn}) == 1000


# The live engine


class Mine(BoundedConfidence):
    """A rule of somebody's own, which no page runs."""

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        return 0.5


def no_compiler(_: Any) -> Any:
    raise sim.page.BuildError("The engine could not be built for a page: no compiler")


def asked_for_live(results: Results) -> Results:
    return replace(results, provenance={**results.provenance, "live": True})


def test_what_the_live_engine_cannot_do_is_said_in_its_place(
    results: Results, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tell(asked_for_live(results))
    monkeypatch.setattr(live, "carried", no_compiler)
    for other, sentence in (
        (
            replace(story, plan=story.plan.replace(detector=ScoreDetector())),
            "The live engine of the page cannot carry out removals whose detector goes by signals (score), as those of this "
            "study.",
        ),
        (
            replace(story, world=story.world.replace(opinion=Opinion(rule=Mine()))),
            "The live engine of the page cannot simulate this world: world.opinion.rule must be one of the packaged opinion "
            "rules in a page, which runs no Python, not Mine.",
        ),
        (story, "The live engine could not be built on the machine that made this report."),
    ):
        assert live.live_of(other) == sentence
        page = as_read(page_of.render(other, study, ()))
        assert f"<p>{sentence}</p>" in page and 'id="live"' not in page and "wasm-unsafe-eval" not in page
        assert_whole(page)


def test_a_page_without_the_live_engine_says_how_to_get_it(page: str) -> None:
    assert "python -m experiments.report DIR live=true" in page and 'id="live"' not in page
