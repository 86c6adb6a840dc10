"""Dehumanising messages, legitimacy and trust in English."""

from __future__ import annotations

from sim.calendar import in_days
from sim.describe.words import joined
from sim.fields import percent
from sim.world import World


def attitude_lines(world: World) -> list[str]:
    """Dehumanising messages, legitimacy and trust, as far as there is anything to say of them."""
    lines, severity, legitimacy, trust = [], world.severity, world.legitimacy, world.trust
    if severity.occurs:
        whose = _amounts(
            (severity.campaign, f"{percent(severity.campaign)} of the campaign's messages against the movement"),
            (
                severity.citizens,
                f"{percent(severity.citizens)} of citizens' messages with an opinion of at most {0.0 - severity.hostile:+g}",
            ),
        )
        factors = [f"weigh {severity.appeal:g} times as much among those that could be reshared"]
        if world.signals.observe:
            factors.append(f"are reported {severity.reports:g} times as often")
        lines.append(f"Severity: {whose} dehumanise the movement's people. They {joined(factors)}.")
    if legitimacy.moves:
        gains = _amounts((legitimacy.peaceful, "{:g} on a peaceful day of its events to those online"))
        losses = _amounts(
            (legitimacy.violent, "{:g} on a violent day of its events to those online"),
            (legitimacy.dehumanising, "{:g} with each dehumanising message read"),
        )
        lines.append(
            f"Legitimacy: that of the movement is {legitimacy.start:g} to begin with for somebody without a side, and "
            f"{legitimacy.slope:g} more or less with each unit of opinion.{_moves(gains, losses)} Half of that is made good in "
            f"{in_days(legitimacy.half_life_days)}.{_weighed(world)}"
        )
    if trust.moves:
        gains = _amounts((trust.disclosure, "{:g} with a disclosure"))
        losses = _amounts(
            (trust.own_suspension, "{:g} for those whose account is suspended"),
            (trust.lost_followee, "{:g} for each suspended account that somebody followed"),
        )
        lines.append(
            f"Trust: that in the platform is {trust.start:g} to begin with.{_moves(gains, losses)} Half of that is made good in "
            f"{in_days(trust.half_life_days)}."
        )
    return lines


def _amounts(*terms: tuple[float, str]) -> str:
    return joined([text.format(amount) for amount, text in terms if amount])


def _moves(gains: str, losses: str) -> str:
    return (f" It rises by {gains}." if gains else "") + (f" It falls by {losses}." if losses else "")


def _weighed(world: World) -> str:
    weight = world.mobilisation.legitimacy_weight
    if not weight:
        return ""
    return f" Thresholds for its events fall by {weight:g} times what it has gained with a person, and rise for the other side's."
