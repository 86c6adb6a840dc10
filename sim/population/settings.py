"""Which follower graph a world has."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import InputError, Settings, quantity


@dataclass(frozen=True)
class Graph(Settings):
    """Who follows whom among people, and how organisers are followed."""

    kind: str = quantity(
        "social", unit="name", choices=("social", "random", "preferential", "complete", "file"), source="model choice",
        doc="A generated social graph, a directed Erdos-Renyi graph, preferential attachment with mutual follows, everybody "
        "follows everybody, or an edge-list file.",
    )  # fmt: skip
    followees: float = quantity(
        20.0,
        unit="followees per person",
        low=0,
        high=10_000,
        source="assumption",
        doc="Mean people that a person follows.",
    )
    following_spread: float | None = quantity(
        None, unit="standard deviation of the logarithm", low=0, high=5, source="model choice; 1.76 among ordinary accounts",
        doc="Spread of numbers of followees, lognormal (none: a Pareto law from half the mean on).",
    )  # fmt: skip
    following_popularity: float = quantity(
        0.0, unit="rank correlation", low=0, high=1, source="model choice",
        doc="How far those who follow many are followed by many.",
    )  # fmt: skip
    tail_exponent: float = quantity(
        2.3, unit="exponent", low=1.5, high=10, source="Kwak et al. 2010, doi 10.1145/1772690.1772751 (2.276)",
        doc="Power-law exponent of the distribution of followers.",
    )  # fmt: skip
    closure: float = quantity(
        0.3, unit="share of follows", low=0, high=1, source="assumption",
        doc="Share of follows made by following a followee's followee, which makes clusters.",
    )  # fmt: skip
    homophily: float = quantity(
        2.0, unit="1 per opinion distance", low=0, high=100, source="assumption",
        doc="How fast the chance of following somebody falls with the distance of opinions.",
    )  # fmt: skip
    hub_cap: float = quantity(
        0.05, unit="share of people", low=0, low_open=True, high=1, source="model choice",
        doc="Nobody is followed by more than this share of the people.",
    )  # fmt: skip
    links: int = quantity(
        1, unit="links per newcomer", low=1, high=1000, source="Ross et al. 2019, doi 10.1080/0960085X.2018.1560920 (m)",
        doc="Mutual follows that each newcomer makes under preferential attachment; so does each organiser or troll account.",
    )  # fmt: skip
    edges: str = quantity("", unit="path", source="given by the user", doc="Edge-list file (source follows target).")
    nodes: str = quantity(
        "",
        unit="path",
        source="given by the user",
        doc="Node table with columns index and bot (1 for a troll account).",
    )

    def check(self) -> None:
        if self.kind == "file" and not self.edges:
            raise InputError("must name an edge-list file when the kind is 'file'", field="edges")
        if self.kind != "file" and (self.edges or self.nodes):
            raise InputError(f"must be 'file' for an edge-list file to be read, not {self.kind!r}", field="kind")
