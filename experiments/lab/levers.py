"""The levers of the page: policies that its engine carries out, with the ranges and the sentences of the library's fields."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.actors.adaptation import Rebuilding
from sim.fields import FieldInfo, InputError, describe_fields
from sim.moderation import (
    CircuitBreaker,
    Downranking,
    HashtagLimit,
    Labels,
    Perfect,
    Policy,
    PreemptiveRemoval,
    Rates,
    ReshareFriction,
    Takedown,
)
from sim.page.levers import levers as page_levers
from sim.world import World

POLICIES: tuple[type[Policy], ...] = (
    Takedown, PreemptiveRemoval, Labels, Downranking, ReshareFriction, HashtagLimit, CircuitBreaker,
)  # fmt: skip
_BEFORE_FIELDS = ("day", "platform", "detector", "detector.salt", "minutes_per_case")
_MOST = 1_000_000_000  # where a field has no end


OF_WORLD = ("campaign.flooding", "campaign.deception", "opinion.anchoring")
"""Fields of the world that a page can set, beside the numbers of its opinion rule."""
OF_RULE = "opinion.rule"
OF_OPERATOR = "campaign.adaptation"
ANSWERS = ("replacement", "notice_days", "budget_hours", "keeps_volume")
"""Numbers of how an operator rebuilds; where a page's operator may, they are what they usually are once the lever is used."""


class Lever(NamedTuple):
    """A policy with the numbers that a page can set; without a policy, a part of the world with those of its fields."""

    name: str
    policy: str
    fields: list[dict[str, Any]]


def levers(world: World) -> list[Lever]:
    """The levers for a world: of a policy the day first, then what is its own, then its detector's; then those of the world."""
    return [Lever(kind.name, kind.__name__, _fields(kind, world)) for kind in POLICIES] + _of_world(world)


def _of_world(world: World) -> list[Lever]:
    known = {info.path: info for info in describe_fields(world, path="")}
    found: dict[str, list[dict[str, Any]]] = {}
    for lever in page_levers(world):
        part, _, name = lever.path.rpartition(".")
        if part == OF_RULE or lever.path in OF_WORLD:
            found.setdefault(part, []).append({**_field(known[lever.path], None), "name": name})
        if part == OF_OPERATOR and name in ANSWERS:
            usual = getattr(Rebuilding(), name)
            found.setdefault(part, []).append({**_field(known[lever.path], None), "name": name, "value": usual})
    return [Lever(part, "", fields) for part, fields in found.items()]


def settings_of(policy: Policy, world: World, known: list[Lever]) -> dict[str, float]:
    """A policy as the page has it. Raises InputError for one that the page does not have."""
    lever = next((each for each in known if each.policy and each.name == policy.name), None)
    if lever is None:
        raise InputError(
            f"must be one of {', '.join(kind.name for kind in POLICIES)}, not {policy.name}", field="start"
        )
    detector = getattr(policy, "detector", None)
    if detector is not None and type(detector) not in (Perfect, Rates):
        raise InputError(f"must have a detector that is perfect or rates, not {detector.name}", field="start")
    rates = {"tpr": 1.0, "fpr": 0.0} if type(detector) is Perfect else {"tpr": 0.0, "fpr": 0.0}
    found: dict[str, float] = {}
    for field in lever.fields:
        if field["name"] == "day":
            found["day"] = int(world.day(policy.day))
        elif field["detector"]:
            found[field["name"]] = getattr(detector, field["name"], rates[field["name"]])
        else:
            found[field["name"]] = getattr(policy, field["name"])
    return found


def _fields(kind: type[Policy], world: World) -> list[dict[str, Any]]:
    usual = kind(day=0)
    found = [_day(world)]
    own = [info for info in describe_fields(usual, path="") if info.path not in _BEFORE_FIELDS]
    found += [_field(info, _limit(kind, info.path, world)) for info in own]
    if hasattr(usual, "detector"):
        perfect = {"tpr": 1.0, "fpr": 0.0}
        rates = [info for info in describe_fields(Rates(), path="") if info.path in perfect]
        found += [{**_field(info, None), "detector": True, "value": perfect[info.path]} for info in rates]
    return found


def _day(world: World) -> dict[str, Any]:
    sentence = _said(lambda: world.day("", "day"))
    allowed = sentence.removeprefix("must be ").rpartition(", not ")[0]
    value = world.days // 2
    return {
        "name": "day", "date": True, "detector": False, "value": value, "low": 0, "high": world.days - 1, "whole": True,
        "bool": False,
        "allowed": allowed, "doc": "First day of the policy.", "unit": "day", "limit": None,
    }  # fmt: skip


def _field(info: FieldInfo, limit: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "name": info.path, "date": False, "detector": False, "value": info.value, "low": 0 if info.low is None else info.low,
        "high": _MOST if info.high is None else info.high, "whole": isinstance(info.value, int),
        "bool": isinstance(info.value, bool), "allowed": info.allowed, "doc": info.doc, "unit": info.unit, "limit": limit,
    }  # fmt: skip


def _limit(kind: type[Policy], name: str, world: World) -> dict[str, Any] | None:
    """What a world allows of a whole number that its range would not forbid: found by asking."""
    about = next(info for info in describe_fields(kind(day=0), path="") if info.path == name)
    if not isinstance(about.value, int) or about.low is None or about.high is None or about.high == about.low:
        return None

    def said(value: int) -> str:
        return _said(lambda: kind(day=0, **{name: value}).check_against(world))  # type: ignore[arg-type]

    low, high = int(about.low), int(about.high)
    if not said(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if said(middle) else (middle, high)
    return {"high": low, "words": said(high).replace(f"{high:,}.", "{value}.")}


def _said(refused: Any) -> str:
    try:
        refused()
    except InputError as error:
        return error.problem
    return ""
