"""Friedkin-Johnsen at rest, with and without trolls, and what is traced to them.

x* = (I - L W_FF)^-1 ((I - L) s_F + L W_FZ z), L the susceptibilities, s the first opinions, Z the trolls. Left cold by the
trolls the same people would hold x-T = (I - L (W_FF + diag(W_FZ 1)))^-1 (I - L) s_F; the engine's traced shift is x* - x-T.
Without a campaign people read others instead, x = (I - L W')^-1 (I - L) s, W' the weights among people alone (Friedkin and
Johnsen 1990).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.validation.check import Chart, Check, Curve, Points, Progress, Result, Validation
from experiments.validation.ensemble import ensemble, over
from experiments.validation.worlds import opinion_world, weights
from sim.actors import Campaign, TrollGroup
from sim.branch import Branch
from sim.fields import Settings, quantity
from sim.graph import Social
from sim.opinion import FriedkinJohnsen
from sim.people.accounts import by_node

_SOURCE = "Friedkin & Johnsen 1990, doi 10.1080/0022250X.1990.9990069"
_EXACT = 1e-10
_SHOWN = 40  # accounts in the figure
_REST = 1e-14  # distance from rest that is left at the end of a run


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup; ``graphs`` random graphs are tried and the greatest error of all counts."""

    people: int = quantity(200, unit="people", low=20, high=2000, source="model choice", doc="People.")
    followees: float = quantity(8.0, unit="followees", low=1, high=100, source="model choice", doc="Mean followees.")
    trolls: int = quantity(10, unit="accounts", low=1, high=1000, source="model choice", doc="Trolls.")
    troll_followers: float = quantity(
        12.0, unit="followers", low=1, high=1000, source="model choice", doc="Followers of each troll."
    )
    susceptibility_low: float = quantity(
        0.3, unit="share", low=0, high=0.999, source="model choice", doc="Least weight of others."
    )
    susceptibility_high: float = quantity(
        0.95, unit="share", low=0.001, high=0.999, source="model choice", doc="Greatest weight of others."
    )
    graphs: int = quantity(5, unit="graphs", low=1, high=1000, source="model choice", doc="Random graphs tried.")


def random_graph(people: int, followees: float) -> Social:
    """A random graph without homophily, with room for hubs."""
    return Social(followees=followees, homophily=0.0, hub_cap=min(1.0, max(0.2, 2.5 * followees / people)))


class Solution(NamedTuple):
    """Opinions at rest, account by account: with trolls, left cold by them, and without a campaign."""

    with_trolls: NDArray[np.float64]
    left_cold: NDArray[np.float64]
    no_campaign: NDArray[np.float64]


def at_rest(
    matrix: NDArray[np.float64],
    susceptibility: NDArray[np.float64],
    first: NDArray[np.float64],
    trolls: NDArray[np.float64],
) -> Solution:
    """Solve for W of shape (people, people + trolls), susceptibilities, first opinions and trolls' opinions."""
    people = first.size
    among, on_trolls = matrix[:, :people], matrix[:, people:]
    own, unit = (1.0 - susceptibility) * first, np.eye(people)
    cold = among + np.diag(on_trolls.sum(axis=1))
    alone = among.copy()
    rest = among.sum(axis=1, keepdims=True)
    np.divide(among, rest, out=alone, where=rest > 0.0)
    only_trolls = np.flatnonzero(rest[:, 0] == 0.0)
    alone[only_trolls, only_trolls] = 1.0
    lam = susceptibility[:, None]
    systems = (
        (among, own + susceptibility * (on_trolls @ trolls)),
        (cold, own),
        (alone, own),
    )
    return Solution(
        *(np.asarray(np.linalg.solve(unit - lam * inner, pull), dtype=np.float64) for inner, pull in systems)
    )


def run(p: Parameters, progress: Progress) -> Result:
    """Run every graph to rest with and without the campaign and compare all accounts with the solution."""
    group = TrollGroup(name="trolls", share=1.0, levels=(0.0, 1.0), followers=(p.troll_followers,) * 2)
    world = opinion_world(
        FriedkinJohnsen(), "all_followees", p.people, math.ceil(math.log(_REST) / math.log(p.susceptibility_high)),
        graph=random_graph(p.people, p.followees),
        campaign=Campaign(accounts=p.trolls, groups=(group,), local_follower_share=1.0, amplified=0),
        susceptibility_low=p.susceptibility_low, susceptibility_high=p.susceptibility_high,
    )  # fmt: skip

    def compare(graph: int) -> tuple[Solution, Solution]:
        drawn = ensemble(world, graph)
        society = drawn.society
        exact = at_rest(
            weights(society),
            by_node(society.arrays.susceptibility.astype(np.float64)),
            by_node(society.arrays.anchor),
            society.arrays.fixed_stance,
        )
        found = []
        for branch in (Branch(), Branch(campaign=False)):
            engine = drawn.start(graph, branch)
            engine.advance(engine.last_step)
            found.append(engine.state.opinion)
        levels = (found[0][:, 0], found[0][:, 1], found[1][:, 0])
        return exact, Solution(*(by_node(level) for level in levels))

    pairs = over(p.graphs, compare, progress)
    parameters: dict[str, Any] = p.to_mapping()

    def check(what: str, expected: list[NDArray[np.float64]], measured: list[NDArray[np.float64]]) -> Check:
        error = max(float(np.abs(a - b).max()) for a, b in zip(expected, measured, strict=True))
        about = {**parameters, "quantity": f"max error, {what}"}
        return Check("friedkin_johnsen", f"greatest error, {what}", about, 0.0, error, 0.0, _EXACT)

    exact, found = [e for e, _ in pairs], [f for _, f in pairs]
    checks = [
        check("opinions with trolls", [e.with_trolls for e in exact], [f.with_trolls for f in found]),
        check("opinions without a campaign", [e.no_campaign for e in exact], [f.no_campaign for f in found]),
        check(
            "traced shift", [e.with_trolls - e.left_cold for e in exact], [f.with_trolls - f.left_cold for f in found]
        ),
    ]
    traced = (exact[0].with_trolls - exact[0].left_cold, found[0].with_trolls - found[0].left_cold)
    charts = (
        _in_order("opinion at rest", exact[0].with_trolls, found[0].with_trolls),
        _in_order("shift traced to trolls", *traced),
    )
    return Result(checks, charts, "First of the graphs, every few accounts. Nothing here is left to chance.")


def _in_order(label: str, expected: NDArray[np.float64], measured: NDArray[np.float64]) -> Chart:
    order = np.argsort(expected, kind="stable")
    rank = np.arange(order.size)
    some = rank[:: max(1, order.size // _SHOWN)]
    return Chart(
        "account, in order of the expected value",
        label,
        (Curve("exact", rank, expected[order]),),
        (Points("simulated", some, measured[order][some]),),
    )


VALIDATION = Validation(
    name="friedkin_johnsen",
    source=_SOURCE,
    setup="random graphs with trolls; opinions at rest and the shift traced to trolls",
    parameters=Parameters,
    run=run,
)
