"""Who joins a march: private opinion, perceived support and calls against a personal threshold."""

from __future__ import annotations

from dataclasses import dataclass

from numba import float64, int64, types

from sim.compiled import scalar
from sim.fields import Settings, quantity
from sim.people.people import THRESHOLD


@dataclass(frozen=True)
class Mobilisation(Settings):
    """What makes people join an event of their side.

    Granovetter's thresholds (1978, doi 10.1086/226707) are the case of ``conviction`` 0, ``complementarity`` 1 and
    ``turnout_weight`` 1 among people who all lean to one side: each joins once the share who joined last time reaches their
    threshold.
    """

    threshold_spread: float = quantity(
        4.0, unit="opinion units", low=0, high=100, source="assumption",
        doc="Personal thresholds are uniform from 0 to this; larger means that fewer people ever march.",
    )  # fmt: skip
    thresholds: tuple[float, ...] = quantity(
        (), unit=THRESHOLD.unit, low=THRESHOLD.low, high=THRESHOLD.high, source="given by the user",
        doc="Thresholds to use as they are, one a person in the order of the nodes; empty to draw them.",
    )  # fmt: skip
    conviction: float = quantity(
        1.0, unit="weight", low=0, high=10, source="assumption",
        doc="Weight of how far a person's own opinion leans to the event's side; at 0 it only has to lean that way.",
    )  # fmt: skip
    complementarity: float = quantity(
        -0.1, unit="opinion units per unit of support", low=-10, high=10,
        source="sign from Cantoni et al. 2019, doi 10.1093/qje/qjz001 (substitutes in Hong Kong); size an assumption",
        doc="Effect of perceived support: above 0 others' support encourages (complements), below 0 it lets one stay home.",
    )  # fmt: skip
    turnout_weight: float = quantity(
        0.0, unit="share", low=0, high=1, source="assumption (1 in Granovetter 1978, doi 10.1086/226707)",
        doc="Share of perceived support that is the turnout of that side's last event; the rest is the climate of opinion.",
    )  # fmt: skip
    call: float = quantity(
        0.2, unit="opinion units", low=0, high=10, source="assumption",
        doc="Effect of having seen an organiser's call for that side within the call window.",
    )  # fmt: skip
    call_window_days: float = quantity(
        7.0, unit="days", low=0, high=365, source="assumption", doc="How long a call that was seen is remembered."
    )
    legitimacy_weight: float = quantity(
        0.0, unit="opinion units per unit of legitimacy", low=0, high=10, source="assumption, to be swept",
        doc="How much a person's threshold for the movement's events falls (and for the other side's rises) when the movement is "
        "more legitimate to them than at the start; the reverse when it is less.",
    )  # fmt: skip


@scalar(float64(int64, float64, float64, float64))
def perceived_support(side: int, climate: float, turnout: float, turnout_weight: float) -> float:
    """Support that a person perceives for ``side`` (+1, -1): the climate of opinion from that side's view (-1 to 1), and the
    share of people who joined its last event (0 to 1) in its place as far as ``turnout_weight`` says."""
    return (1.0 - turnout_weight) * (side * climate) + turnout_weight * turnout


@scalar(float64(float64, int64, float64, float64))
def threshold_now(threshold: float, own: int, gained: float, legitimacy_weight: float) -> float:
    """A person's threshold for an event to whom the movement's legitimacy has ``gained`` since the start; ``own`` is 1 for an
    event of the movement, -1 for one of the other side."""
    return threshold - own * (legitimacy_weight * gained)


@scalar(types.boolean(int64, float64, float64, int64, float64, float64, float64, float64))
def joins(
    side: int, opinion: float, support: float, called: int, threshold: float, conviction: float, complementarity: float,
    call: float,
) -> bool:  # fmt: skip
    """Whether a person joins an event of ``side`` (+1, -1): their own opinion must lean to that side, and opinion, perceived
    support and calls together must reach their threshold (Granovetter 1978, doi 10.1086/226707)."""
    lean = side * opinion
    return lean > 0.0 and conviction * lean + complementarity * support + call * called >= threshold
