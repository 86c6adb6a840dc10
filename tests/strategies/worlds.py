"""Random small worlds in which every field varies, and branches of them."""

from __future__ import annotations

from hypothesis import strategies as st

from sim.branch import Branch
from sim.graph import GeneratedGraph, Graph, LeaningGraph
from sim.world import World
from tests.strategies.branches import branches
from tests.strategies.fields import of, registered
from tests.strategies.frame import NETWORKS, Frame

SEEDS = st.sampled_from([1, 2, 7, 2**40 + 5])
FIRST_DAYS = (
    "2019-05-01",
    "2018-12-30",
    "2020-02-28",
)  # a Wednesday; Sunday before a new year; Friday before a leap day

# Only in some graphs are there outlets, a second platform, and organisers and trolls whose followers are given.
_DRAWN = [cls for cls in registered(Graph) if issubclass(cls, GeneratedGraph)]
GENERATED = tuple(cls.kind for cls in _DRAWN for _ in range(3 if issubclass(cls, LeaningGraph) else 1))
KINDS = (*GENERATED, "file")


@st.composite
def frames(draw: st.DrawFn, kinds: tuple[str, ...]) -> Frame:
    """Sizes, calendars and graphs of small worlds."""
    kind = draw(st.sampled_from(kinds))
    network = draw(st.sampled_from(NETWORKS)) if kind == "file" else None
    people = network.people if network else draw(st.integers(2, 40) if kind == "complete" else st.integers(60, 150))
    return Frame(
        people=people,
        days=draw(st.integers(2, 4)),
        ticks=draw(st.sampled_from([1, 4, 6, 24])),
        first_day=draw(st.sampled_from(FIRST_DAYS)),
        kind=kind,
        network=network,
    )


@st.composite
def worlds(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> World:
    """Any small world: all graphs, all readings, all rules, all features; some with a second platform. A ``GENERATED`` graph lets
    numbers of accounts be changed, which a file says otherwise."""
    world: World = draw(of(World, draw(frames(kinds))))
    return world


@st.composite
def cases(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> tuple[World, Branch]:
    """A world and a branch of it."""
    world = draw(worlds(kinds))
    return world, draw(branches(world))
