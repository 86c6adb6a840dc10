"""Whose words are these? The arithmetic of nested opinions.

Everyone carries x, x without trolls, x without trolls and organisers, x without trolls, organisers and events. All move by
the same weights, each over the messages whose author it has not left cold. The parts telescope to the opinion:

    troll part = x - x_T,  organisers = x_T - x_TO,  events = x_TO - x_TOE,  own = x_TOE.

The troll part is followed in three channels: read from trolls (direct), relayed by others, and said afterwards by people
whom trolls had moved (induced, the rest).
"""

from __future__ import annotations

from numba import float64

from sim.compiled import scalar

FULL, WITHOUT_TROLLS, WITHOUT_ORGANISERS, WITHOUT_EVENTS = range(4)
DIRECT, RELAYED = range(2)


@scalar(float64(float64, float64, float64, float64, float64, float64))
def moved(x: float, pull: float, anchor: float, anchoring: float, event_pull: float, event_side: float) -> float:
    """Opinion after a session: messages' pull, the anchor's, and that of the day's event, clipped to [-1, 1]."""
    x = x + pull + anchoring * (anchor - x) + event_pull * (event_side - x)
    return min(1.0, max(-1.0, x))


@scalar(float64(float64, float64, float64, float64, float64))
def channel_moved(channel: float, inflow: float, other_weight: float, anchoring: float, event_pull: float) -> float:
    """A channel of the troll part after a session: what came in, less what other messages, anchor and events washed out."""
    return channel * (1.0 - other_weight - anchoring - event_pull) + inflow
