"""How often people are online: equal, exponential, a power law, or as a node table says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.fields import InputError
from sim.graph import OnFile
from sim.people.people import Population, draw_people
from sim.society.society import draw
from sim.world import World

N = 40_000


def sessions(**fields: object) -> np.ndarray:
    return draw_people(Population(**fields), N, 1.0, 3).sessions_per_day.astype(np.float64)  # type: ignore[arg-type]


def test_sessions_have_the_mean_that_is_asked_for() -> None:
    np.testing.assert_array_equal(sessions(sessions_per_day=2.0, equal_sessions=True), 2.0)
    exponential = sessions(sessions_per_day=2.0)
    assert abs(exponential.mean() - 2.0) < 4.0 * 2.0 / np.sqrt(N)
    power_law = sessions(sessions_per_day=2.0, sessions_tail=3.5)
    assert abs(power_law.mean() - 2.0) < 4.0 * power_law.std() / np.sqrt(N)


def test_a_power_law_is_the_published_one() -> None:
    """x = .2 u^(-1 / 1.85): nobody has less than .2, and P(more than x) = (.2 / x)^1.85."""
    x = sessions(sessions_per_day=0.2 * 1.85 / 0.85, sessions_tail=1.85)
    assert x.min() == pytest.approx(0.2, rel=1e-4)
    for limit in (0.3, 1.0, 3.0):
        share = (0.2 / limit) ** 1.85
        assert abs((x > limit).mean() - share) < 4.0 * np.sqrt(share / N)


def test_equal_sessions_have_no_tail() -> None:
    with pytest.raises(InputError, match=r"sessions_tail must be left out where equal_sessions gives all the same"):
        Population(equal_sessions=True, sessions_tail=2.0)
    with pytest.raises(InputError, match=r"sessions_tail must be a number above 1"):
        Population(sessions_tail=1.0)


def file_world(folder: Path, rows: str, **population: object) -> World:
    edges, nodes = folder / "edges.csv", folder / "nodes.csv"
    edges.write_text("source,target\n0,1\n1,2\n2,3\n")
    nodes.write_text(rows)
    graph = OnFile(edges=str(edges), nodes=str(nodes))
    return World(people=3, graph=graph, population=population, campaign={"accounts": 1})


def test_sessions_may_come_from_the_node_table(tmp_path: Path) -> None:
    rows = "index,bot,posts,name\n3,0,0.25,a\n1,1,9,b\n0,0,2,c\n2,0,0,d\n"
    society = draw(file_world(tmp_path, rows, sessions_column="posts"), 1).arrays
    # Citizens are the rows without bots in the order of their index; people are numbered the other way round.
    np.testing.assert_array_equal(society.sessions_per_day[society.person[:3]], [2.0, 0.0, 0.25])
    drawn = draw(file_world(tmp_path, rows), 1).arrays.sessions_per_day
    assert not np.array_equal(drawn, society.sessions_per_day)
    with pytest.raises(
        InputError, match=r"sessions_column must be a column of .*nodes\.csv \(index, bot, posts, name\)"
    ):
        draw(file_world(tmp_path, rows, sessions_column="clicks"), 1)
    with pytest.raises(
        InputError, match=r"sessions_column must name a column of numbers from 0 to 1,000,000 .* unlike 'name'"
    ):
        draw(file_world(tmp_path, rows, sessions_column="name"), 1)
    with pytest.raises(InputError, match=r"must name a column of numbers from 0 to 1,000,000"):
        draw(file_world(tmp_path, rows.replace("0.25", "-1"), sessions_column="posts"), 1)
    with pytest.raises(InputError, match=r"sessions_column must be left out without a node table in graph\.nodes"):
        sim.World(people=3, population={"sessions_column": "posts"})
