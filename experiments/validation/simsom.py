"""SimSoM: how much bots that infiltrate a network lower the quality of what its people see.

Truong, Lou, Flammini and Menczer 2024, PNAS Nexus 3(7) pgae258. Everybody acts at every step: with probability mu a new message,
else a reshare from the feed of sigma messages, chosen by appeal x shares x recency. Bots post messages of quality 0. Mean quality
is that of all messages in people's feeds, pooled over the steps after a burn-in. It is expected where the published code was run
(its own networks), and only measured on any other network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import sim
from experiments.validation.check import (
    Chart,
    Check,
    Points,
    Progress,
    Result,
    Validation,
    mean_and_error,
    runs_field,
)
from experiments.validation.ensemble import Ensemble, ensemble, over, part_of
from sim.campaign.settings import Campaign
from sim.engine.state import Count
from sim.feed.settings import Feed
from sim.fields import InputError, Settings, quantity
from sim.opinion.bounded_confidence import BoundedConfidence
from sim.opinion.expression import Expression
from sim.opinion.rule import Opinion
from sim.population.edge_list import read_node_table
from sim.population.people import Population
from sim.population.settings import Graph

_SOURCE = "Truong, Lou, Flammini & Menczer 2024, PNAS Nexus 3(7) pgae258"
_QUALITY_UNIT = 2.0**32
# Mean quality of the published code on its own networks (3-4 seeds each, feeds after steps 21-60, which are read a step later).
REFERENCE: tuple[tuple[str, int, float, float], ...] = (
    ("n1000_k10_b0_g0", 1, 0.0, 0.813),
    ("n1000_k10_b0.1_g0.001", 1, 0.0, 0.776),
    ("n1000_k10_b0.1_g0.01", 1, 0.0, 0.661),
    ("n1000_k10_b0.1_g0.01", 1, 1.0, 0.521),
    ("n1000_k10_b0.1_g0.01", 16, 0.0, 0.544),
    ("n1000_k10_b0.1_g0.05_hubs", 1, 0.0, 0.416),
    ("n1000_k3_b0.1_g0.01", 1, 0.0, 0.488),
    ("n1000_k3_b0.1_g0.05", 1, 0.0, 0.214),
)
_PUBLISHED = {"mu": 0.5, "sigma": 15, "quality_rate": 5.0}


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup. ``theta`` and ``phi`` go with a network of the user's own; the published networks have theirs."""

    edges: str = quantity(
        "",
        unit="path",
        source="given by the user",
        doc="Edge list (source follows target) instead of the published ones.",
    )
    nodes: str = quantity("", unit="path", source="given by the user", doc="Node table with the columns index and bot.")
    theta: int | None = quantity(
        None, unit="copies", low=1, high=1000, source=_SOURCE, doc="Flooding by bots (none: 1)."
    )
    phi: float | None = quantity(
        None, unit="probability", low=0, high=1, source=_SOURCE, doc="Deception by bots (none: 0)."
    )
    mu: float = quantity(0.5, unit="share of posts", low=0, high=1, source=_SOURCE, doc="Share of posts that are new.")
    sigma: int = quantity(15, unit="messages", low=1, high=200, source=_SOURCE, doc="Length of a feed.")
    quality_rate: float = quantity(
        5.0, unit="rate", low=0, low_open=True, high=100, source="published code", doc="Rate of people's quality."
    )
    steps: int = quantity(61, unit="steps", low=1, high=10_000, source=_SOURCE, doc="Length of a run.")
    burn_in: int = quantity(21, unit="steps", low=0, high=10_000, source="model choice", doc="Steps that do not count.")
    expected: float | None = quantity(
        None,
        unit="quality",
        low=0,
        high=1,
        source="given by the user",
        doc="Mean quality expected on the user's network.",
    )
    tolerance: float = quantity(0.03, unit="quality", low=0, high=1, source="model choice", doc="Tolerance.")
    runs: int = runs_field(8)

    def check(self) -> None:
        if self.burn_in >= self.steps:
            raise InputError(f"must be below steps ({self.steps}), not {self.burn_in}", field="burn_in")
        if not self.edges:
            for name in ("nodes", "theta", "phi", "expected"):
                if getattr(self, name) not in (None, ""):
                    raise InputError(
                        "must be left out without simsom.edges, which names the network it is about", field=name
                    )


class Network(NamedTuple):
    """A network from files, bots' flooding and deception on it, and the mean quality expected."""

    edges: str
    nodes: str
    theta: int
    phi: float
    expected: float | None


def simsom_world(network: Network, mu: float, sigma: int, quality_rate: float, steps: int) -> sim.World:
    """The model on a network, as a world whose days are steps."""
    table = read_node_table(network.nodes)
    if "bot" not in table:
        raise InputError(f"must have the column bot, which {network.nodes} has not", field="simsom.nodes")
    try:
        bots = int((np.asarray(table["bot"], dtype=np.float64) != 0).sum())
    except ValueError:
        raise InputError(
            f"must have numbers in the column bot, which {network.nodes} has not", field="simsom.nodes"
        ) from None
    return sim.World(
        people=len(table["bot"]) - bots,
        days=steps,
        ticks_per_day=1,
        population=Population(sessions_per_day=1.0, equal_sessions=True, topic_readers=0.0),
        graph=Graph(kind="file", edges=network.edges, nodes=network.nodes),
        feed=Feed(length=sigma, topic_slots=0, quality_rate=quality_rate, measure_quality=True),
        opinion=Opinion(rule=BoundedConfidence(strength=0.0), anchoring=0.0),
        expression=Expression(
            posting=1.0, new_share=mu, on_topic_share=1.0, reshare_congenial_only=False, silence=False
        ),
        campaign=Campaign(
            accounts=bots, daily_posts=(float(bots),), new_share=mu, flooding=network.theta, deception=network.phi
        ),
    )


def mean_quality(drawn: Ensemble, burn_in: int, seed: int) -> float:
    """Mean quality of the messages in people's feeds after the first ``burn_in`` steps of a run."""
    stage = drawn.start(seed)
    stage.advance(stage.last_step)
    counts = stage.state.counts[burn_in:].sum(axis=0)
    return float(counts[Count.QUALITY] / _QUALITY_UNIT / counts[Count.SLOTS : Count.SLOTS + 3].sum())


def run(p: Parameters, progress: Progress) -> Result:
    """Mean quality on the user's network, or on those of the published code when no file is named."""
    networks = [_own_network(p)] if p.edges else reference_networks()
    published = all(getattr(p, name) == value for name, value in _PUBLISHED.items())
    checks = []
    names = []
    for number, network in enumerate(networks):
        drawn = ensemble(simsom_world(network, p.mu, p.sigma, p.quality_rate, p.steps))
        found = over(
            p.runs,
            partial(mean_quality, drawn, p.burn_in),
            part_of(progress, number, len(networks)),
        )
        measured, error = mean_and_error(found)
        name = Path(network.edges).name.split(".edges")[0]
        about: dict[str, Any] = {
            "network": name, "theta": network.theta, "phi": network.phi, "mu": p.mu, "sigma": p.sigma,
            "quality_rate": p.quality_rate, "steps": p.steps, "burn_in": p.burn_in, "runs": p.runs,
        }  # fmt: skip
        expected = network.expected if p.edges or published else None
        case = f"{name}, θ = {network.theta}, φ = {network.phi:g}"
        checks.append(Check("simsom", case, about, expected, measured, error, p.tolerance))
        names.append(f"{name}\nθ = {network.theta}, φ = {network.phi:g}")
    known = {i: check.expected for i, check in enumerate(checks) if check.expected is not None}
    expected_points = Points("expected", list(known), list(known.values()), expected=True)
    simulated = Points(
        "simulated", range(len(checks)), [c.measured for c in checks], [c.standard_error for c in checks]
    )
    chart = Chart(
        "",
        "mean quality of what people see",
        points=(*((expected_points,) if known else ()), simulated),
        categories=tuple(names),
    )
    return Result(checks, (chart,), f"Mean of {p.runs:,} runs with 95 % intervals.")


def _own_network(p: Parameters) -> Network:
    if not Path(p.edges).is_file():
        raise InputError(
            f"must name an edge-list file, but there is none of the name {p.edges!r}", field="simsom.edges"
        )
    nodes = p.nodes or p.edges.replace(".edges.", ".nodes.")
    if nodes == p.edges:
        raise InputError(
            "must name the node table of the network, a file with the columns index and bot", field="simsom.nodes"
        )
    return Network(p.edges, nodes, 1 if p.theta is None else p.theta, p.phi or 0.0, p.expected)


def reference_directory() -> Path:
    """Where the networks of the published code lie, if they are on this machine."""
    return Path(__file__).resolve().parents[3] / "shared" / "reference" / "simsom" / "nets"


def reference_networks() -> list[Network]:
    """Networks of the published code with its results; InputError if they are not on this machine."""
    folder = reference_directory()
    if not folder.is_dir():
        raise InputError(
            f"must name an edge list where the published networks are not present ({folder} is missing)",
            field="simsom.edges",
        )
    return [
        Network(str(folder / f"{name}.edges.csv.gz"), str(folder / f"{name}.nodes.csv.gz"), theta, phi, value)
        for name, theta, phi, value in REFERENCE
    ]


def missing() -> str | None:
    """Why this result cannot be tried on this machine, if it cannot."""
    return None if reference_directory().is_dir() else f"the published networks are not in {reference_directory()}"


VALIDATION = Validation(
    name="simsom",
    source=_SOURCE,
    setup="mean quality of what people see on networks infiltrated by bots",
    parameters=Parameters,
    run=run,
    quick={"runs": 2},
    missing=missing,
)
