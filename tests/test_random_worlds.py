"""The random worlds and branches that properties are tried on leave no field out."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from sim.branch import Branch
from sim.fields import Settings, describe_fields, quantity
from sim.graph import Graph
from sim.moderation import Detector, Policy, Takedown
from sim.world import World
from tests.golden import unseen
from tests.strategies.branches import branches
from tests.strategies.fields import of, registered
from tests.strategies.frame import Frame, frame_of
from tests.strategies.worlds import cases
from tests.worlds import TWO_PLATFORMS, busy_world

TWO = busy_world(**TWO_PLATFORMS)
FRAME = Frame(people=60, days=2, ticks=1, first_day="2019-05-01", kind="social")


@pytest.mark.slow
def test_every_field_of_worlds_and_branches_varies() -> None:
    """Every class, choice, yes and no occurs, and at least two values of everything; of worlds also by the path of each field."""
    drawn: list[tuple[World, Branch]] = []

    def collect(strategy: st.SearchStrategy[tuple[World, Branch]], examples: int) -> None:
        @given(strategy)
        @settings(max_examples=examples)
        def draw(case: tuple[World, Branch]) -> None:
            drawn.append(case)

        draw()

    collect(cases(), 50)
    for graph in registered(Graph):
        collect(cases((graph.kind,)), 50)
    collect(branches(TWO).map(lambda branch: (TWO, branch)), 100)
    for cls in registered(Detector):
        takedowns = of(cls, frame_of(TWO)).map(lambda detector: Takedown(0, detector))
        collect(takedowns.map(lambda takedown: (TWO, Branch((takedown,)))), 100)
    assert unseen(drawn, "random case", defaults=False) == []
    values: dict[str, set[Any]] = defaultdict(set)
    for world, _ in drawn:
        for row in describe_fields(world):
            values[re.sub(r"\[\d+\]", "[]", row.path)].add(row.value)
    empty = {path for path, taken in values.items() if taken == {()}}  # a list of parts is described by what it holds
    assert all(any(path.startswith(f"{name}[]") for path in values) for name in empty)
    assert [path for path, taken in values.items() if len(taken) < 2 and path not in empty] == []


@dataclass(frozen=True)
class Endless(Settings):
    much: float = quantity(0.0, unit="1", low=0, source="assumption", doc="Without an end.")


@dataclass(frozen=True)
class Worded(Settings):
    what: str = quantity("", unit="text", source="assumption", doc="Any text.")


@pytest.mark.parametrize(
    "cls, sentence",
    [
        (Endless, r"Endless\.much ranges beyond 10000: narrow it in tests/strategies/limits\.py"),
        (Worded, r"Worded\.what is of type <class 'str'>: say in tests/strategies/limits\.py how it is drawn"),
    ],
)
def test_a_field_that_cannot_be_drawn_is_not_left_out(cls: type[Settings], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        find(of(cls, FRAME), bool)


def test_policies_of_tests_are_not_among_those_drawn() -> None:
    assert all(cls.__module__.startswith("sim.") for cls in registered(Policy))
