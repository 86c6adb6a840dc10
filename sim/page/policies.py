"""Policies and worlds that a page can have, and a policy as the row of numbers that its kernel goes by."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.adaptation import Adaptation, Rebuilding, Static
from sim.branch import Branch
from sim.fields import InputError, Settings, quantity_of, shown
from sim.moderation.detectors.detector import Detector, Perfect, Rates
from sim.moderation.policies.circuit_breaker import CircuitBreaker
from sim.moderation.policies.content_takedown import ContentTakedown
from sim.moderation.policies.downranking import Downranking
from sim.moderation.policies.hashtag_limit import HashtagLimit
from sim.moderation.policies.labels import Labels
from sim.moderation.policies.preemptive_removal import PreemptiveRemoval
from sim.moderation.policies.reshare_friction import ReshareFriction
from sim.moderation.policies.takedown import Takedown
from sim.moderation.policy import Policy
from sim.page.kernels.moderating import Kind, Row
from sim.page.rules import check_rule
from sim.world import World

ROWS = 16
"""Policies that there is room for."""
MOST_PEOPLE = 100_000
ANSWERS: tuple[type[Adaptation], ...] = (Static, Rebuilding)
"""How an operator may answer losses."""

_COLUMN_OF: dict[type[Policy], tuple[Kind, dict[str, Row]]] = {
    Takedown: (Kind.TAKEDOWN, {"accounts": Row.ACCOUNTS}),
    PreemptiveRemoval: (Kind.PREEMPTIVE_REMOVAL, {"accounts": Row.ACCOUNTS}),
    Labels: (Kind.LABELS, {"persuasion": Row.FIRST, "reshare": Row.SECOND}),
    Downranking: (Kind.DOWNRANKING, {"visibility": Row.FIRST}),
    ReshareFriction: (Kind.RESHARE_FRICTION, {"dropped": Row.FIRST}),
    HashtagLimit: (Kind.HASHTAG_LIMIT, {"posts": Row.FIRST}),
    CircuitBreaker: (Kind.CIRCUIT_BREAKER, {"shares": Row.FIRST}),
    ContentTakedown: (Kind.CONTENT_TAKEDOWN, {"half_life_days": Row.FIRST, "recall": Row.SECOND}),
}
_OF_DETECTOR = {"tpr": Row.TPR, "fpr": Row.FPR, "salt": Row.SALT}


class PolicyField(NamedTuple):
    """A number of a policy: its ``column`` in a row, what it is by default, its range, and the ``most`` that a world can have of
    it if that is less."""

    name: str
    column: int
    default: float
    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    whole: bool
    most: float | None
    unit: str
    doc: str


def kinds_of_rows(world: World) -> dict[str, dict[str, Any]]:
    """The policies that a page can have, by name: the number of their kind and their fields."""
    return {
        kind.name: {"kind": int(number), "fields": [field._asdict() for field in _fields(world, kind, columns)]}
        for kind, (number, columns) in _COLUMN_OF.items()
    }


def _fields(world: World, kind: type[Policy], columns: dict[str, Row]) -> list[PolicyField]:
    found = [_field(kind, name, column, _most(world, kind, name)) for name, column in columns.items()]
    names = kind.__dataclass_fields__
    if "detector" in names:
        found += [_field(Rates, name, column) for name, column in _OF_DETECTOR.items()]
    if "minutes_per_case" in names:
        found.append(_field(kind, "minutes_per_case", Row.MINUTES))
    return found


def _most(world: World, kind: type[Policy], name: str) -> float | None:
    """The most that a policy's ``check_against`` lets a number be in a world, where that depends on the world."""
    if kind is HashtagLimit:
        return float(world.feed.memory - 1)
    if name != "accounts":
        return None
    sleepers = world.campaign.sleepers.accounts
    return float(sleepers if kind is PreemptiveRemoval else sleepers + world.campaign.accounts)


def _field(kind: type[Settings], name: str, column: Row, most: float | None = None) -> PolicyField:
    about = quantity_of(kind, name)
    # Nothing said of a detector means a perfect one, as in a policy.
    default: Any = {"tpr": 1.0, "fpr": 0.0}.get(name, kind.__dataclass_fields__[name].default)
    return PolicyField(
        name, int(column), float(default), about.low, about.high, about.low_open, about.high_open, isinstance(default, int),
        most, about.unit, about.doc,
    )  # fmt: skip


def rows_of(world: World, branch: Branch) -> NDArray[np.float64]:
    """The policies of a branch as rows, shape (``ROWS``, ``Row``). Raises InputError for what a page cannot do."""
    branch.check_against(world)
    if len(branch.policies) > ROWS:
        raise InputError(f"must be at most {ROWS} in a page, not {len(branch.policies)}", "branch.policies")
    rows = np.zeros((ROWS, Row.COLUMNS))
    marking: set[type[Policy]] = set()
    for i, policy in enumerate(branch.policies):
        place, kind = f"branch.policies[{i}]", type(policy)
        if kind not in _COLUMN_OF:
            names = ", ".join(known.name for known in _COLUMN_OF)
            raise InputError(f"must be one that a page can carry out ({names}), not {policy.name}", place)
        if kind in (Labels, Downranking):
            if kind in marking:
                raise InputError(f"must not be a second {policy.name} in a page", place)
            marking.add(kind)
        number, columns = _COLUMN_OF[kind]
        row = rows[i]
        row[Row.KIND], row[Row.STEP] = number, world.burn_in_ticks + world.tick(policy.day)
        for name, column in columns.items():
            row[column] = getattr(policy, name)
        detector = getattr(policy, "detector", None)
        if detector is not None:
            row[Row.TPR], row[Row.FPR], row[Row.SALT] = _rates(detector, f"{place}.detector")
            row[Row.MINUTES] = policy.minutes_per_case  # type: ignore[attr-defined]
    return rows


def _rates(detector: Detector, place: str) -> tuple[float, float, int]:
    if type(detector) is Perfect:
        return 1.0, 0.0, detector.salt
    if type(detector) is Rates:
        return detector.tpr, detector.fpr, detector.salt
    raise InputError(f"must be perfect or rates in a page, which judges by no signals, not {detector.name}", place)


def check_world(world: World) -> None:
    """Raise InputError, naming it, for what of a world a page cannot do."""
    check_rule(world.opinion.rule, "world.opinion.rule")
    problems: list[tuple[bool, str, str]] = [
        (world.people > MOST_PEOPLE, "world.people", f"at most {MOST_PEOPLE:,} in a page, not {world.people:,}"),
        (
            world.second.members > 0.0,
            "world.second.members",
            f"0 in a page, which has one platform, not {world.second.members:g}",
        ),
        (
            type(world.campaign.adaptation) not in ANSWERS,
            "world.campaign.adaptation",
            f"{' or '.join(kind.name for kind in ANSWERS)} in a page, not {shown(world.campaign.adaptation.name)}",
        ),
        (world.legitimacy.moves, "world.legitimacy", "such that nothing moves it in a page"),
        (world.trust.moves, "world.trust", "such that nothing moves it in a page"),
        (world.feed.measure_prevalence, "world.feed.measure_prevalence", "false in a page, not true"),
    ]
    for occurs, field, allowed in problems:
        if occurs:
            raise InputError(f"must be {allowed}", field)
