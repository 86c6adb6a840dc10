"""SimSoM: how much bots that infiltrate a network lower the quality of what its people see.

Truong, Lou, Flammini and Menczer 2024, PNAS Nexus 3(7) pgae258. Everybody acts at every step: with probability mu a new message,
else a reshare from the feed of sigma messages, chosen by appeal x shares x recency. Bots post messages of quality 0. Mean quality
is that of all messages in people's feeds, pooled over the steps after a burn-in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import sim
from experiments.validation.check import Check, Validation, mean_and_error
from sim.campaign.settings import Campaign
from sim.engine.state import Count
from sim.feed.settings import Feed
from sim.fields import InputError
from sim.opinion.bounded_confidence import BoundedConfidence
from sim.opinion.expression import Expression
from sim.opinion.rule import Opinion
from sim.population.edge_list import read_node_table
from sim.population.people import Population
from sim.population.settings import Graph
from sim.run import make_stage

DEFAULTS: dict[str, Any] = {
    "edges": "",
    "nodes": "",
    "theta": 1,
    "phi": 0.0,
    "mu": 0.5,
    "sigma": 15,
    "quality_rate": 5.0,
    "steps": 61,
    "burn_in": 21,
    "runs": 8,
    "expected": float("nan"),
    "tolerance": 0.03,
}
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


def simsom_world(
    edges: str, nodes: str, theta: int, phi: float, mu: float, sigma: int, quality_rate: float, steps: int
) -> sim.World:
    """The model on a network from files, as a world whose days are steps."""
    table = read_node_table(nodes)
    if "bot" not in table:
        raise InputError(f"must have the column bot, which {nodes} has not", field="simsom.nodes")
    bots = int((np.asarray(table["bot"]) != 0).sum())
    return sim.World(
        people=len(table["bot"]) - bots,
        days=steps,
        ticks_per_day=1,
        population=Population(sessions_per_day=1.0, equal_sessions=True, topic_readers=0.0),
        graph=Graph(kind="file", edges=edges, nodes=nodes),
        feed=Feed(length=sigma, topic_slots=0, quality_rate=quality_rate, measure_quality=True),
        opinion=Opinion(rule=BoundedConfidence(strength=0.0), anchoring=0.0),
        expression=Expression(
            posting=1.0, new_share=mu, on_topic_share=1.0, reshare_congenial_only=False, silence=False
        ),
        campaign=Campaign(accounts=bots, daily_posts=(float(bots),), new_share=mu, flooding=theta, deception=phi),
    )


def mean_quality(world: sim.World, seed: int, burn_in: int) -> float:
    """Mean quality of the messages in people's feeds after the first ``burn_in`` steps."""
    stage = make_stage(world, None, seed, threads=1)
    stage.advance(stage.last_step)
    counts = stage.state.counts[burn_in:].sum(axis=0)
    return float(counts[Count.QUALITY] / 2.0**32 / counts[Count.SLOTS : Count.SLOTS + 3].sum())


def run(
    edges: str, nodes: str, theta: int, phi: float, mu: float, sigma: int, quality_rate: float, steps: int, burn_in: int,
    runs: int, expected: float, tolerance: float,
) -> list[Check]:  # fmt: skip
    """Mean quality on one network, or on those of the published code when no files are named."""
    if edges and not nodes:
        nodes = edges.replace(".edges.", ".nodes.")
    cases = [(edges, nodes, theta, phi, expected)] if edges else reference_cases()
    checks = []
    for edge_file, node_file, flooding, deception, reference in cases:
        world = simsom_world(edge_file, node_file, flooding, deception, mu, sigma, quality_rate, steps)
        measured, error = mean_and_error([mean_quality(world, seed, burn_in) for seed in range(1, runs + 1)])
        parameters = {
            "network": Path(edge_file).name.split(".edges")[0], "theta": flooding, "phi": deception, "mu": mu, "sigma": sigma,
            "runs": runs,
        }  # fmt: skip
        checks.append(Check("simsom", parameters, reference, measured, error, tolerance))
    return checks


def reference_directory() -> Path:
    """Where the networks of the published code lie, if they are on this machine."""
    return Path(__file__).resolve().parents[3] / "shared" / "reference" / "simsom" / "nets"


def reference_cases() -> list[tuple[str, str, int, float, float]]:
    """Networks of the published code with its results; InputError if they are not on this machine."""
    folder = reference_directory()
    if not folder.is_dir():
        raise InputError(
            f"must name an edge-list file where the published networks are not present ({folder} is missing)",
            field="simsom.edges",
        )
    return [
        (str(folder / f"{name}.edges.csv.gz"), str(folder / f"{name}.nodes.csv.gz"), theta, phi, value)
        for name, theta, phi, value in REFERENCE
    ]


VALIDATION = Validation(
    name="simsom",
    source="Truong, Lou, Flammini & Menczer 2024, PNAS Nexus 3(7) pgae258",
    setup="mean quality of what people see on networks infiltrated by bots",
    run=run,
    defaults=DEFAULTS,
)
