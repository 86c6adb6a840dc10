"""Levers: what of a world a page may change by writing a number, without another image.

A field is a lever if the people, the accounts, the calendar and the plans of a world are drawn without it, and kernels read it as
it stands: then the page with another number is, bit for bit, ``simulate`` of the world in which the field has it. Levers are set
before the first step; those of how the operator answers losses may be set as long as nothing is done, as nothing is lost.
"""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from sim.actors.adaptation import Rebuilding
from sim.fields import quantity_of
from sim.world import World

FIELDS = (
    "campaign.flooding",
    "campaign.deception",
    "opinion.anchoring",
    "calendar.event_pull",
    "expression.posting",
    "expression.climate_memory",
    "expression.reshare_congenial_only",
    "expression.silence",
    "feed.appeal_exponent",
    "feed.topic_half_life",
    "mobilisation.conviction",
    "mobilisation.complementarity",
    "mobilisation.turnout_weight",
    "mobilisation.call",
    "mobilisation.legitimacy_weight",
)


class Lever(NamedTuple):
    """A field of the world by its ``path``, and the number in the image that it is; None stands for no end of a range. A
    lever that is ``late`` may be set until something is done."""

    path: str
    number: str
    value: float | int | bool
    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    unit: str
    doc: str
    late: bool


def levers(world: World) -> list[Lever]:
    """The levers of a world, its opinion rule's own numbers first."""
    rule = world.opinion.rule
    found = [
        _lever(rule, field.name, f"opinion.rule.{field.name}", f"rule_parameters[{i}]")
        for i, field in enumerate(fields(rule))
    ]
    for path in FIELDS:
        if path == "expression.silence" and world.expression.silence_by != "climate":
            continue  # it decides there what is compared with courage, too
        room, name = path.split(".")
        found.append(_lever(getattr(world, room), name, path, f"parameters.{path}"))
    answer = world.campaign.adaptation
    if isinstance(answer, Rebuilding):
        found += [
            _lever(answer, field.name, f"campaign.adaptation.{field.name}", f"work.operator.{field.name}", late=True)
            for field in fields(answer)
        ]
    return found


def _lever(settings: object, name: str, path: str, number: str, late: bool = False) -> Lever:
    about = quantity_of(type(settings), name)  # type: ignore[arg-type]
    return Lever(
        path,
        number,
        getattr(settings, name),
        about.low,
        about.high,
        about.low_open,
        about.high_open,
        about.unit,
        about.doc,
        late,
    )
