"""SimSoM: how much bots that infiltrate a network lower the quality of what its people see.

Truong, Lou, Flammini and Menczer 2024, PNAS Nexus 3(7) pgae258. Everybody acts at every step: with probability mu a new
message, else a reshare from the feed of sigma messages, chosen by appeal x shares x recency. Feeds are stored in the published
code: a message lies where it came in and ages from there until newer ones push it out; ours go by arrival, as far as followees'
latest posts show it. Bots post messages of quality 0. Mean quality is that of all messages in people's feeds, pooled over the
steps after a burn-in. Relative to people's own messages it was published for an empirical network that bots infiltrate at rates
gamma, beside which our own graph of that size and degree is set; and it is expected where the published code was run (its own
networks), which are tried where they are present. On any other network it is only measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import sim
from experiments.validation.check import (
    Chart,
    Check,
    Points,
    Progress,
    Result,
    Validation,
    mean_and_error,
    numbers,
    runs_field,
)
from experiments.validation.ensemble import Ensemble, ensemble, over, part_of
from experiments.validation.networks import (
    Files,
    check_network,
    columns,
    edges_field,
    empirical_graph,
    given_files,
    missing_reference,
    nodes_field,
    posting_world,
    reference_files,
)
from sim.actors import Campaign, TrollGroup
from sim.engine.state import Count
from sim.feed import Feed
from sim.fields import InputError, Settings, quantity
from sim.graph import OnFile
from sim.people import Population

_SOURCE = "Truong, Lou, Flammini & Menczer 2024, PNAS Nexus 3(7) pgae258"
_QUALITY_UNIT = 2.0**32
_EVERYBODY = Population(sessions_per_day=1.0, equal_sessions=True)
# Mean quality relative to that without bots on the empirical network, by infiltration gamma (beta = 0.05 bots per person).
INFILTRATION = {1e-4: 1.00, 1e-3: 0.98, 1e-2: 0.86, 1e-1: 0.485}
# Mean quality of the published code on its own networks, by theta, phi and mu (3-4 seeds each, feeds after steps 21-60, which
# are read a step later).
REFERENCE: tuple[tuple[str, int, float, float, float], ...] = (
    ("n1000_k10_b0_g0", 1, 0.0, 0.5, 0.813),
    ("n1000_k10_b0.1_g0.001", 1, 0.0, 0.5, 0.776),
    ("n1000_k10_b0.1_g0.01", 1, 0.0, 0.5, 0.661),
    ("n1000_k10_b0.1_g0.01", 1, 0.0, 0.25, 0.574),
    ("n1000_k10_b0.1_g0.01", 1, 1.0, 0.5, 0.521),
    ("n1000_k10_b0.1_g0.01", 16, 0.0, 0.5, 0.544),
    ("n1000_k10_b0.1_g0.05_hubs", 1, 0.0, 0.5, 0.416),
    ("n1000_k3_b0.1_g0.01", 1, 0.0, 0.5, 0.488),
    ("n1000_k3_b0.1_g0.05", 1, 0.0, 0.5, 0.214),
)
_MU = 0.5
_PUBLISHED = {"sigma": 15, "quality_rate": 5.0}
_FEED = Feed(reading="arrival", measure_quality=True)
# With few followees who mostly reshare a feed of sigma messages lasts many steps, and shows posts that were not their latest.
_MEMORY = 16
_BOTS_FOLLOW = 10  # other bots each


@dataclass(frozen=True)
class Parameters(Settings):
    """The setup. With ``edges`` only that network is tried, with bots' ``theta`` and ``phi``; the published ones have theirs."""

    edges: str = edges_field("our own graph and the networks of the published code")
    nodes: str = nodes_field("index and bot")
    theta: int | None = quantity(
        None, unit="copies", low=1, high=1000, source=_SOURCE, doc="Flooding by bots (none: 1)."
    )
    phi: float | None = quantity(
        None, unit="probability", low=0, high=1, source=_SOURCE, doc="Deception by bots (none: 0)."
    )
    gamma: float | tuple[float, ...] = quantity(
        tuple(INFILTRATION), unit="share of people", low=0, high=0.5, source=_SOURCE,
        doc="People who follow a bot, on our own graph.",
    )  # fmt: skip
    beta: float = quantity(0.05, unit="bots per person", low=0, high=1, source=_SOURCE, doc="Bots on our own graph.")
    people: int = quantity(10_006, unit="people", low=100, high=1_000_000, source=_SOURCE, doc="Size of our own graph.")
    followees: float = quantity(
        180.0, unit="followees per person", low=1, high=1000, source=_SOURCE, doc="Mean of our own graph."
    )
    mu: float | None = quantity(
        None, unit="share of posts", low=0, high=1, source=_SOURCE,
        doc=f"Share of posts that are new (none: {_MU:g}, and on the networks of the published code what it was run with).",
    )  # fmt: skip
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
    tolerance: float = quantity(
        0.03, unit="quality", low=0, high=1, source="model choice", doc="Tolerance on networks of files."
    )
    runs: int = runs_field(8)
    own_steps: int = quantity(
        22, unit="steps", low=1, high=10_000, source="model choice", doc="Steps on our own graph."
    )
    own_burn_in: int = quantity(
        12, unit="steps", low=0, high=10_000, source="model choice", doc="Steps on our own graph that do not count."
    )
    own_tolerance: float = quantity(
        0.05, unit="relative quality", low=0, high=1, source="model choice", doc="Tolerance on our own graph."
    )
    own_runs: int = quantity(
        2, unit="runs", low=2, high=1_000_000, source="model choice", doc="Independent runs on our own graph."
    )

    def check(self) -> None:
        for steps, burn_in in (("steps", "burn_in"), ("own_steps", "own_burn_in")):
            if getattr(self, burn_in) >= getattr(self, steps):
                raise InputError(
                    f"must be below {steps} ({getattr(self, steps)}), not {getattr(self, burn_in)}", field=burn_in
                )
        check_network(self, "simsom", ("nodes", "theta", "phi", "expected"))


class Network(NamedTuple):
    """A network from files, its bots' flooding and deception, the share of posts that are new, and the mean quality expected."""

    files: Files
    theta: int
    phi: float
    mu: float
    expected: float | None


def simsom_world(network: Network, sigma: int, quality_rate: float, steps: int) -> sim.World:
    """The model on a network, as a world whose days are steps."""
    bot = columns(network.files, "simsom")["bot"]
    bots = int((bot != 0).sum())
    campaign = Campaign(
        accounts=bots, daily_posts=(float(bots),), new_share=network.mu, flooding=network.theta, deception=network.phi
    )
    graph = OnFile(edges=network.files.edges, nodes=network.files.nodes)
    feed = _FEED.replace(length=sigma, memory=_MEMORY, quality_rate=quality_rate)
    return posting_world(len(bot) - bots, steps, graph, _EVERYBODY, feed, network.mu, campaign)


def infiltrated_world(p: Parameters, gamma: float) -> sim.World:
    """The model on our own graph, each bot followed by a share ``gamma`` of the people."""
    bots, followers, mu = round(p.beta * p.people), gamma * p.people, _mu(p)
    campaign = Campaign(
        accounts=bots,
        daily_posts=(float(bots),),
        new_share=mu,
        groups=(TrollGroup("bots", 1.0, (0.0, 1.0), (followers, followers)),),
        local_follower_share=1.0,
        amplified=_BOTS_FOLLOW,
    )
    feed = _FEED.replace(length=p.sigma, quality_rate=p.quality_rate)
    return posting_world(p.people, p.own_steps, empirical_graph(p.followees), _EVERYBODY, feed, mu, campaign)


def _mu(p: Parameters) -> float:
    return _MU if p.mu is None else p.mu


def quality_of_people(rate: float) -> float:
    """Mean of the density that grows as e^(rate q) on [0, 1]: that of people's messages."""
    return 1.0 / -math.expm1(-rate) - 1.0 / rate


def mean_quality(drawn: Ensemble, burn_in: int, seed: int) -> float:
    """Mean quality of the messages in people's feeds after the first ``burn_in`` steps of a run."""
    engine = drawn.start(seed)
    engine.advance(engine.last_step)
    counts = engine.state.counts[burn_in:].sum(axis=0)
    return float(counts[Count.QUALITY] / _QUALITY_UNIT / counts[Count.SLOTS : Count.SLOTS + 3].sum())


def run(p: Parameters, progress: Progress) -> Result:
    """Mean quality on the user's network, or on our own graph and the networks of the published code that are present."""
    networks = [_own_network(p)] if p.edges else reference_networks(p.mu)
    gammas = [] if p.edges else numbers(p.gamma)
    parts = len(gammas) + len(networks)
    infiltrated = [_on_own_graph(p, gamma, part_of(progress, i, parts)) for i, gamma in enumerate(gammas)]
    checks = [_on_network(p, n, part_of(progress, len(gammas) + i, parts)) for i, n in enumerate(networks)]
    charts = []
    if infiltrated:
        charts.append(_infiltration_chart(gammas, infiltrated))
    if checks:
        labels = [f"{n.files.name}\n{_setup(n)}" for n in networks]
        charts.append(_network_chart(labels, checks))
    return Result(infiltrated + checks, tuple(charts), "Means of independent runs with 95 % intervals.")


def _on_own_graph(p: Parameters, gamma: float, progress: Progress) -> Check:
    """Mean quality relative to people's own messages on our own graph."""
    drawn = ensemble(infiltrated_world(p, gamma))
    whole = quality_of_people(p.quality_rate)
    found = over(p.own_runs, partial(mean_quality, drawn, p.own_burn_in), progress)
    measured, error = mean_and_error([quality / whole for quality in found])
    about: dict[str, Any] = {
        "network": "own graph", "people": p.people, "followees": p.followees, "gamma": gamma, "beta": p.beta, "mu": _mu(p),
        "sigma": p.sigma, "quality_rate": p.quality_rate, "steps": p.own_steps, "burn_in": p.own_burn_in,
        "runs": p.own_runs,
    }  # fmt: skip
    published = (p.beta, p.sigma) == (0.05, 15)
    expected = INFILTRATION.get(gamma) if published else None
    case = f"own graph, γ = {gamma:g}, relative to no bots"
    return Check("simsom", case, about, expected, measured, error, p.own_tolerance)


def _on_network(p: Parameters, network: Network, progress: Progress) -> Check:
    """Mean quality on a network from files."""
    drawn = ensemble(simsom_world(network, p.sigma, p.quality_rate, p.steps))
    measured, error = mean_and_error(over(p.runs, partial(mean_quality, drawn, p.burn_in), progress))
    about: dict[str, Any] = {
        "network": network.files.name, "theta": network.theta, "phi": network.phi, "mu": network.mu, "sigma": p.sigma,
        "quality_rate": p.quality_rate, "steps": p.steps, "burn_in": p.burn_in, "runs": p.runs,
    }  # fmt: skip
    published = all(getattr(p, name) == value for name, value in _PUBLISHED.items())
    expected = network.expected if p.edges or published else None
    case = f"{network.files.name}, {_setup(network)}"
    return Check("simsom", case, about, expected, measured, error, p.tolerance)


def _setup(network: Network) -> str:
    mu = "" if network.mu == _MU else f", μ = {network.mu:g}"
    return f"θ = {network.theta}, φ = {network.phi:g}{mu}"


def _points(x: Any, checks: list[Check]) -> tuple[Points, ...]:
    known = [(at, check.expected) for at, check in zip(x, checks, strict=True) if check.expected is not None]
    simulated = Points("simulated", x, [c.measured for c in checks], [c.standard_error for c in checks])
    if not known:
        return (simulated,)
    return (Points("expected", [at for at, _ in known], [y for _, y in known], expected=True), simulated)


def _infiltration_chart(gammas: list[float], checks: list[Check]) -> Chart:
    logarithmic = min(gammas) > 0.0
    return Chart(
        "infiltration γ", "quality relative to no bots", points=_points(gammas, checks), logarithmic=logarithmic
    )


def _network_chart(labels: list[str], checks: list[Check]) -> Chart:
    places = list(range(len(checks)))
    return Chart("", "mean quality of what people see", points=_points(places, checks), categories=tuple(labels))


def _own_network(p: Parameters) -> Network:
    files = given_files(p.edges, p.nodes)
    return Network(files, 1 if p.theta is None else p.theta, p.phi or 0.0, _mu(p), p.expected)


def reference_networks(mu: float | None = None) -> list[Network]:
    """Networks of the published code, those that are on this machine, with its results; where ``mu`` is given all with that."""
    known = {row[:4]: row[4] for row in REFERENCE}
    setups = known if mu is None else dict.fromkeys((name, theta, phi, mu) for name, theta, phi, *_ in REFERENCE)
    found = [(reference_files(setup[0]), setup) for setup in setups]
    return [Network(files, *setup[1:], known.get(setup)) for files, setup in found if files is not None]


def missing(p: Parameters) -> str | None:
    """Which networks of the published code would be tried if they were on this machine."""
    return None if p.edges else missing_reference(name for name, *_ in REFERENCE)


VALIDATION = Validation(
    name="simsom",
    source=_SOURCE,
    setup="mean quality of what people see on networks infiltrated by bots",
    parameters=Parameters,
    run=run,
    quick={"runs": 2, "steps": 41, "people": 2000, "followees": 36.0, "gamma": (0.01, 0.1)},
    missing=missing,
)
