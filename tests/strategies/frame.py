"""What the parts of a random world, and the policies of its branches, have to agree on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.world import World

FIXTURES = Path(__file__).parent.parent / "fixtures"


class Network(NamedTuple):
    """Files of a given network, its nodes, how many of them are bots, and what its table says of them."""

    edges: str
    nodes: str
    people: int
    bots: int
    numbers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


_NETWORK = str(FIXTURES / "golden_network")
NETWORKS = (
    Network(f"{_NETWORK}.edges.csv", f"{_NETWORK}.nodes.csv", 60, 12, ("sessions",), ("left", "centre", "right")),
    Network(f"{_NETWORK}.edges.csv", "", 72, 0),
    Network(str(FIXTURES / "random_walk_network.edges.csv"), "", 132, 0),
)


@dataclass(frozen=True)
class Frame:
    """Sizes and calendar of a world, its kind of graph and, for its policies, the world itself and the day from which on they
    may begin."""

    people: int
    days: int
    ticks: int
    first_day: str
    kind: str
    network: Network | None = None
    world: World | None = None
    first: int = 0

    def date(self, day: int) -> str:
        """ISO date of a day number."""
        return (datetime.date.fromisoformat(self.first_day) + datetime.timedelta(days=day)).isoformat()


def frame_of(world: World, first: int = 0) -> Frame:
    """The frame for policies of a world that begin on day ``first`` or later."""
    return Frame(
        world.people, world.days, world.ticks_per_day, world.first_day, world.graph.kind, world=world, first=first
    )
