"""Who carried the campaign's words, as a report tells it: the roles add up to what is traced, and nobody has a name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from experiments.report import page as page_of
from experiments.report.data import tables
from experiments.report.figures_of_ways import relays_figure
from experiments.report.relays import relays_of
from experiments.report.story import tell
from experiments.studies.relayed import seeds_followed
from experiments.studies.results import Results
from experiments.studies.settings import Experiment, StudyPlan
from sim.outcomes.relays import ROLES
from sim.world import World
from tests.pages import as_read, assert_strict, assert_whole

STUDY = [
    "world.people=1000", "world.people_reachable=100000", "days=8", "seeds=2", "study.dates=[]",
    "study.sweep={values: [], branches: []}",
    "study.headline=early", "watch=50", "world.campaign.sleepers.accounts=0",
    "study.branches=[{name: none}, {name: early, policies: [{name: takedown, day: 2019-05-03}]}]",
]  # fmt: skip
FIGURES = False


def carriers(*rows: tuple[int, str, bool, int, int, float]) -> pd.DataFrame:
    """Rows of seed, role, own, followers, messages and what was moved, in people from end to end of 100,000."""
    seed, role, own, followers, messages, moved = (list(column) for column in zip(*rows, strict=True))
    citizen = np.isin(role, ["citizen", "newcomer"])
    share = np.array(moved) * 2.0 / 100_000
    return pd.DataFrame(
        {
            "branch": "none", "seed": seed, "day": 7, "account": 770_000 + np.arange(len(rows)),
            "role": pd.Categorical(role, categories=ROLES), "own": own, "followers": followers,
            "stands_for": np.where(citizen, 100.0, 1.0), "messages": messages, "readings": 0.004, "reached": 0.002,
            "direct": np.where(citizen, 0.0, share), "relayed": np.where(citizen, share, 0.0),
        }
    )  # fmt: skip


TABLE = carriers(
    (1, "troll", True, 30, 5, -60.0), (1, "troll", False, 20, 2, -10.0), (1, "citizen", False, 15, 1, -20.0),
    (1, "citizen", False, 40, 3, -9.0), (1, "topic stream", False, 0, 4, -1.0), (2, "troll", True, 8, 5, -30.0),
    (2, "sleeper", True, 4, 5, -10.0), (2, "citizen", False, 25, 1, 2.0), *((2, "newcomer", False, 5, 1, -1.0),) * 20,
)  # fmt: skip


def test_what_is_followed_adds_up_to_what_the_study_traced(results: Results) -> None:
    assert results.relays is not None and results.provenance["followed"] == [1, 2]
    runs = results.runs[results.runs["branch"] == "none"].set_index("seed")
    found = results.relays.groupby("seed")[["direct", "relayed"]].sum()
    for channel in ("direct", "relayed"):
        traced = runs[f"troll_part_{channel}"].reindex(found.index)
        np.testing.assert_allclose(found[channel], traced, rtol=1e-9, atol=1e-13)
    relays = relays_of(results)
    assert relays is not None
    everything = (runs["troll_part_direct"] + runs["troll_part_relayed"]).mean() * 100_000 / 2
    assert relays.people.mean == pytest.approx(everything)
    assert sum(role.people.mean for role in relays.roles) == pytest.approx(everything)


def test_roles_share_out_what_was_moved(results: Results) -> None:
    relays = relays_of(replace(results, relays=TABLE))
    assert relays is not None
    roles = {role.role: role for role in relays.roles}
    assert list(roles) == ["authors", "campaign", "citizen", "newcomer", "stream"]
    assert relays.people.mean == pytest.approx(-79.0)
    assert {name: role.people.mean for name, role in roles.items()} == pytest.approx(
        {"authors": -50.0, "campaign": -5.0, "citizen": -13.5, "newcomer": -10.0, "stream": -0.5}
    )
    assert sum(role.share for role in relays.roles) == pytest.approx(1.0)
    assert relays.main.role == "authors"
    assert roles["citizen"].messages == 250.0 and roles["authors"].messages == 7.5 and roles["stream"].messages == 2.0
    assert (
        roles["citizen"].accounts == 150.0
        and roles["citizen"].followers == 25.0
        and roles["authors"].followers == 800.0
    )
    assert roles["newcomer"].tenth == pytest.approx(0.1) and roles["citizen"].tenth is None


def test_the_most_effective_are_told_by_what_each_account_moved(results: Results) -> None:
    relays = relays_of(replace(results, relays=TABLE))
    assert relays is not None
    citizens = [relay for relay in relays.best if relay.role == "citizen"]
    assert [(relay.followers, relay.messages, relay.reached) for relay in citizens] == [(15.0, 1, 2.0), (40.0, 3, 2.0)]
    assert [relay.people for relay in citizens] == pytest.approx(
        [-0.2, -0.09]
    )  # who moved to the other side is no relay of theirs
    assert citizens[0].share == pytest.approx(0.2 / 100.0)
    assert [relay.role for relay in relays.best] == ["campaign", "citizen", "citizen", *["newcomer"] * 3]
    assert relays.best[0].followers == 2000.0 and relays.best[0].reached == 200.0


def test_the_page_tells_of_relays_without_a_name(results: Results, study: Path) -> None:
    story = tell(replace(results, relays=TABLE))
    page = as_read(page_of.render(story, study, ()))
    assert_whole(page)
    assert_strict(page)
    assert "Who carried them" in page and "came through accounts that wrote them" in page
    assert '<th class="name" scope="row">the topic stream</th>' in page
    for table in ("relays", "best-relays"):
        assert "account" not in tables(story)[table].columns
    assert "77000" not in page
    assert story.to_mapping()["relays"]["roles"][0]["role"] == "authors"


def test_the_figure_has_the_numbers_of_the_table(results: Results) -> None:
    story = tell(replace(results, relays=TABLE))
    assert story.relays is not None
    figure = relays_figure(story)
    assert figure is not None
    (ax,) = figure.axes
    ends = {(round(bar.get_y() + bar.get_height() / 2), bar.get_facecolor()[:3]): bar.get_width() for bar in ax.patches}
    assert [label.get_text() for label in ax.get_yticklabels()][:2] == [
        "accounts that wrote them",
        "other accounts of the campaign",
    ]
    for i, role in enumerate(story.relays.roles):
        drawn = {round(width, 9) for (place, _), width in ends.items() if place == i}
        assert drawn == {round(role.people.mean, 9), round(role.people.mean * (role.tenth or 0.0), 9)}
    plt.close(figure)


@pytest.mark.parametrize(("sign", "side"), [(1.0, "against the movement"), (-1.0, "in favour of the movement")])
def test_the_side_to_which_readers_were_moved_is_told(sign: float, side: str, results: Results, study: Path) -> None:
    table = TABLE.assign(direct=sign * TABLE["direct"], relayed=sign * TABLE["relayed"])
    page = " ".join(as_read(page_of.render(tell(replace(results, relays=table)), study, ())).split())
    told = re.search(
        r"came to as much as moving (\S+) people \((\S+) to \S+\) from one end of opinion to the other, ([^,]+),", page
    )
    assert told is not None and told[3] == side
    assert 70 <= int(told[1]) <= 90 and told[2].startswith("−")


@pytest.mark.parametrize("nothing", [None, TABLE.iloc[:0], TABLE.assign(direct=0.0, relayed=0.0)])
def test_where_nobody_was_followed_or_moved_nothing_is_told(
    nothing: pd.DataFrame | None, results: Results, study: Path
) -> None:
    story = tell(replace(results, relays=nothing))
    assert story.relays is None and "relays" not in tables(story)
    assert "Who carried them" not in as_read(page_of.render(story, study, ()))


def test_four_seeds_are_followed_at_every_scale() -> None:
    world = World.hk2019(people=10_000)
    plan = StudyPlan()
    assert seeds_followed(Experiment(world=world, study=plan, seeds=8)) == (1, 2, 3, 4)
    assert seeds_followed(Experiment(world=world, study=plan, seeds=2)) == (1, 2)
    assert seeds_followed(Experiment(world=World.hk2019_full_scale(), study=plan, seeds=8)) == (1, 2, 3, 4)
    assert seeds_followed(Experiment(world=world, study=plan, seeds=8, watch=0)) == ()
    opinions = world.replace({"feed.reading": "one_random_followee", "opinion.rule": "voter"})
    assert seeds_followed(Experiment(world=opinions, study=plan, seeds=8)) == ()
