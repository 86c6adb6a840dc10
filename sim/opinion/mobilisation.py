"""Who joins a march: private opinion, perceived support and calls against a personal threshold."""

from __future__ import annotations

from dataclasses import dataclass

from numba import float64, int64, types

from sim.compiled import scalar
from sim.fields import Settings, quantity


@dataclass(frozen=True)
class Mobilisation(Settings):
    """What makes people join an event of their side."""

    threshold_spread: float = quantity(
        4.0, unit="opinion units", low=0, high=100, source="assumption",
        doc="Personal thresholds are uniform from 0 to this; larger means that fewer people ever march.",
    )  # fmt: skip
    complementarity: float = quantity(
        -0.1, unit="opinion units per unit of climate", low=-10, high=10,
        source="sign from Cantoni et al. 2019, doi 10.1093/qje/qjz001 (substitutes in Hong Kong); size an assumption",
        doc="Effect of perceived support: above 0 others' support encourages (complements), below 0 it lets one stay home.",
    )  # fmt: skip
    call: float = quantity(
        0.2, unit="opinion units", low=0, high=10, source="assumption",
        doc="Effect of having seen an organiser's call for that side within the call window.",
    )  # fmt: skip
    call_window_days: float = quantity(
        7.0, unit="days", low=0, high=365, source="assumption", doc="How long a call that was seen is remembered."
    )


@scalar(types.boolean(int64, float64, float64, int64, float64, float64, float64))
def joins(
    side: int, opinion: float, climate: float, called: int, threshold: float, complementarity: float, call: float
) -> bool:
    """Whether a person joins an event of ``side`` (+1, -1): their own opinion must lean to that side, and opinion, perceived
    support and calls together must reach their threshold (Granovetter 1978, doi 10.1086/226707)."""
    lean = side * opinion
    return lean > 0.0 and lean + complementarity * (side * climate) + call * called >= threshold
