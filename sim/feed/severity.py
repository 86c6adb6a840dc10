"""Dehumanising messages: whose they are, which they are, and what sets them apart.

The campaign's posts called protesters cockroaches and likened them to terrorists (Facebook, "Removing coordinated inauthentic
behavior from China", 19 August 2019). Whether a message on the topic is of that kind is a draw of its name against a probability
that its author's role and its stance give, so that nothing about it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from numba import float64, int64, types, uint64

from sim.compiled import scalar
from sim.fields import Settings, quantity
from sim.people.accounts import Role
from sim.randomness import Stream, uniform

_CITIZEN, _TROLL = int(Role.CITIZEN), int(Role.TROLL)
_DEHUMANISING = int(Stream.DEHUMANISING)


@dataclass(frozen=True)
class Severity(Settings):
    """Which messages dehumanise the movement's people, and how others treat such a message. By default none does.

    Only messages on the topic and against the movement can. What reading them does to the movement's legitimacy is
    ``legitimacy.dehumanising``.
    """

    campaign: float = quantity(
        0.0, unit="share of new messages", low=0, high=1, source="assumption, to be swept",
        doc="Share of the campaign's messages against the movement that dehumanise its people.",
    )  # fmt: skip
    citizens: float = quantity(
        0.0, unit="share of new messages", low=0, high=1, source="assumption, to be swept",
        doc="Share of hostile citizens' messages that dehumanise the movement's people.",
    )  # fmt: skip
    hostile: float = quantity(
        0.5, unit="opinion against the movement", low=0, high=1, source="assumption",
        doc="A citizen is hostile when a message's stance is at least this far on the other side.",
    )  # fmt: skip
    appeal: float = quantity(
        1.0, unit="factor", low=0, high=100, source="assumption, to be swept",
        doc="Factor on the weight of a dehumanising message in ranked feeds and among those that could be reshared.",
    )  # fmt: skip
    reports: float = quantity(
        1.0, unit="factor", low=0, high=10_000, source="assumption, to be swept",
        doc="Factor on the probability that a reader reports a dehumanising message (signals.reports, mistaken_reports).",
    )  # fmt: skip

    @property
    def occurs(self) -> bool:
        """Whether any message can be dehumanising."""
        return self.campaign > 0.0 or self.citizens > 0.0


@scalar(types.boolean(uint64, int64, int64, int64, float64, float64, float64, float64))
def dehumanising(
    seed: int, author: int, created: int, role: int, against: float, campaign: float, citizens: float, hostile: float
) -> bool:
    """Whether a message on the topic dehumanises the movement's people; ``against`` is how far its stance is against the
    movement (-1 to 1), ``role`` its author's."""
    if role == _TROLL:
        share = campaign if against > 0.0 else 0.0
    elif role == _CITIZEN:
        share = citizens if against >= hostile else 0.0
    else:
        share = 0.0
    return share > 0.0 and uniform(seed, _DEHUMANISING, created, author, 0) < share
