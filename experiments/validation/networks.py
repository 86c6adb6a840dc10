"""Networks that users post and reshare on: those of files, and our own graph made like a published one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import sim
from sim.actors import Campaign
from sim.feed import Feed
from sim.fields import InputError, quantity
from sim.graph import Graph, Social
from sim.graph.node_table import read_node_table
from sim.opinion import BoundedConfidence, Expression, Opinion
from sim.people import Population


class Files(NamedTuple):
    """An edge list (source follows target) and its node table."""

    edges: str
    nodes: str

    @property
    def name(self) -> str:
        return Path(self.edges).name.split(".edges")[0]


def edges_field(instead_of: str) -> Any:
    """The parameter ``edges`` of a validation."""
    return quantity(
        "", unit="path", source="given by the user", doc=f"Edge list (source follows target) instead of {instead_of}."
    )


def nodes_field(columns: str) -> Any:
    """The parameter ``nodes`` of a validation."""
    doc = f"Node table with the columns {columns} (empty: beside the edge list)."
    return quantity("", unit="path", source="given by the user", doc=doc)


def given_files(edges: str, nodes: str) -> Files:
    """The files that a result's parameters ``edges`` and ``nodes`` name; InputError if they cannot be."""
    if not Path(edges).is_file():
        raise InputError(f"must name an edge-list file, but there is none of the name {edges!r}", field="edges")
    table = nodes or edges.replace(".edges.", ".nodes.")
    if table == edges:
        raise InputError(
            "must name the node table of the network, a file with the columns index and bot", field="nodes"
        )
    return Files(edges, table)


def check_network(parameters: Any, result: str, about_it: tuple[str, ...]) -> None:
    """Raise InputError where the files of a given network cannot be, or where there is none but a parameter ``about_it``."""
    if parameters.edges:
        given_files(parameters.edges, parameters.nodes)
        return
    for name in about_it:
        if getattr(parameters, name) not in (None, ""):
            raise InputError(
                f"must be left out without {result}.edges, which names the network it is about", field=name
            )


def reference_directory() -> Path:
    """Where the networks of the published code lie, if they are on this machine."""
    return Path(__file__).resolve().parents[3] / "shared" / "reference" / "simsom" / "nets"


def reference_files(name: str) -> Files | None:
    """A network of the published code, if it is on this machine."""
    folder = reference_directory()
    files = Files(str(folder / f"{name}.edges.csv.gz"), str(folder / f"{name}.nodes.csv.gz"))
    return files if Path(files.edges).is_file() else None


def missing_reference(names: Iterable[str]) -> str | None:
    """That networks of the published code are not on this machine, if so."""
    absent = sorted({name for name in names if reference_files(name) is None})
    return f"{', '.join(absent)} not in {reference_directory()}" if absent else None


def columns(files: Files, result: str) -> dict[str, Any]:
    """The node table of a network, with numbers in the column bot; InputError if that is missing."""
    table = read_node_table(files.nodes)
    if "bot" not in table:
        raise InputError(f"must have the column bot, which {files.nodes} has not", field=f"{result}.nodes")
    try:
        table["bot"] = np.asarray(table["bot"], dtype=np.float64)
    except ValueError:
        raise InputError(
            f"must have numbers in the column bot, which {files.nodes} has not", field=f"{result}.nodes"
        ) from None
    return table


def empirical_graph(followees: float) -> Graph:
    """Our own graph with followees spread as among the accounts of the published empirical network.

    That network (Truong et al. 2024, doi 10.1093/pnasnexus/pgae258) is the part of 15,056 Twitter accounts that have most ties
    with one another, 10,006 of them, some of whose edges were deleted at random. Of 1,000 ordinary Twitter accounts (p4css,
    workshop 2019) the 665 with most followers and followees have a standard deviation of 1.21 in the logarithm of their
    followees, and a rank correlation of .65 between followees and followers. Users have no opinions here; up to half of all may
    follow a hub.
    """
    return Social(
        followees=followees, following_spread=1.21, following_popularity=0.65, homophily=0.0, hub_cap=0.5
    )  # fmt: skip


def posting_world(
    people: int, steps: int, graph: Graph, population: Population, feed: Feed, new_share: float,
    campaign: Campaign | None = None, **more: Any,
) -> sim.World:  # fmt: skip
    """A world of users without opinions who post something new, or else reshare from their feed, whenever they are awake; a
    step is a day. ``more`` are fields of the world."""
    return sim.World(
        people=people,
        days=steps,
        ticks_per_day=1,
        population=population.replace(topic_readers=0.0),
        graph=graph,
        feed=feed.replace(topic_slots=0),
        opinion=Opinion(rule=BoundedConfidence(strength=0.0), anchoring=0.0),
        expression=Expression(
            posting=1.0, new_share=new_share, on_topic_share=1.0, reshare_congenial_only=False, silence=False
        ),
        campaign=campaign or Campaign(),
        **more,
    )
