"""Whose words are these? The arithmetic of nested opinions.

Everyone carries x, x without trolls, x without trolls and organisers, x without trolls, organisers and events. All move by
the same weights, each over the messages whose author it has not left cold. The parts telescope to the opinion:

    troll part = x - x_T,  organisers = x_T - x_TO,  events = x_TO - x_TOE,  own = x_TOE.

The troll part is followed in three channels: read from trolls (direct), relayed by others, and said afterwards by people
whom trolls had moved (induced, the rest). Direct and relayed together are x - y, where y is the opinion as if trolls' own
messages had left this reader cold while everybody else spoke as they do; induced is y - x_T. Since y is clipped to the scale
like every opinion, no channel leaves it, however large the weights are.
"""

from __future__ import annotations

from numba import float64, types

from sim.compiled import scalar

FULL, WITHOUT_TROLLS, WITHOUT_ORGANISERS, WITHOUT_EVENTS = range(4)
DIRECT, RELAYED = range(2)


SCALE = 2.0  # the largest distance of two opinions


@scalar(float64(float64, float64, float64, float64, float64, float64))
def drawn(x: float, pull: float, anchor: float, anchoring: float, event_pull: float, event_side: float) -> float:
    """Where a session draws an opinion by messages' pull, the anchor's, and that of the day's event; it may lie beyond the
    scale."""
    return x + pull + anchoring * (anchor - x) + event_pull * (event_side - x)


@scalar(float64(float64))
def clipped(x: float) -> float:
    """The nearest opinion, in [-1, 1]."""
    return min(1.0, max(-1.0, x))


@scalar(float64(float64, float64, float64, float64, float64, float64))
def moved(x: float, pull: float, anchor: float, anchoring: float, event_pull: float, event_side: float) -> float:
    """Opinion after a session: where it is drawn, clipped to [-1, 1]."""
    return clipped(drawn(x, pull, anchor, anchoring, event_pull, event_side))


@scalar(types.UniTuple(float64, 2)(float64, float64, float64, float64, float64, float64, float64, float64))
def channels_moved(
    direct: float, relayed: float, direct_pull: float, relayed_pull: float, other_weight: float, anchoring: float,
    event_pull: float, opinion: float,
) -> tuple[float, float]:  # fmt: skip
    """The direct and the relayed channel of the troll part after a session that draws the ``opinion`` where ``drawn`` says:
    what came in, less what other messages, anchor and events washed out.

    Where opinions are clipped so is what they would be without the two (y above), and the channel that pushed beyond the
    scale gives up what was cut off: both in proportion if both did. Neither exceeds the scale: beyond it, opposite channels
    cancel.
    """
    retained = 1.0 - other_weight - anchoring - event_pull
    direct = direct * retained + direct_pull
    relayed = relayed * retained + relayed_pull
    both = direct + relayed
    without = opinion - both
    if max(abs(opinion), abs(without)) > 1.0:
        left = clipped(opinion) - clipped(without)
        if (relayed > 0.0) != (both > 0.0) or relayed == 0.0:
            direct = left - relayed
        elif (direct > 0.0) != (both > 0.0) or direct == 0.0:
            relayed = left - direct
        else:
            direct = left * (direct / both)
            relayed = left - direct
        both = left
    if max(abs(direct), abs(relayed)) > SCALE:
        direct = min(SCALE, both + SCALE, max(-SCALE, both - SCALE, direct))
        relayed = both - direct
    return direct, relayed
