"""The assumptions that a study rests on, those that matter most first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.report.analyses import Moved
from experiments.report.strings import say
from sim.cases.case import Case
from sim.fields import FieldInfo, describe_fields
from sim.world import World


class Assumption(NamedTuple):
    """A field whose value is an assumption, why it matters where that has been said, and how far it moves the headline where that
    has been found out."""

    field: FieldInfo
    value: str
    why: str
    moved: Moved | None = None


def assumptions(world: World, case: Case, moved: Mapping[str, Moved] | None = None) -> tuple[Assumption, ...]:
    """Fields of a world without a source, and those that the case knows to have none: first those that were varied, the one that
    moves the headline most before all, then those that the case says matter most."""
    moved = moved or {}
    fields = {field.path: field for field in describe_fields(world, path="world")}
    paths = [path for path in case.leading if path in fields]
    paths += [
        path
        for path, field in fields.items()
        if path not in case.leading and (field.assumption or path in case.unmarked)
    ]
    paths.sort(key=lambda path: -moved[path].size if path in moved else 0.0)
    return tuple(
        Assumption(fields[path], _value(fields[path].value), case.leading.get(path, ""), moved.get(path))
        for path in paths
    )


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return say("assumptions.values", n=len(value)) if len(value) > 4 else ", ".join(map(_value, value))
    if isinstance(value, bool):
        return say("assumptions.yes" if value else "assumptions.no")
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)
