"""Changes by path: ``policies[0].day``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.fields.annotations import HasFields, field_names
from sim.fields.choices import public_name
from sim.fields.errors import InputError, at, step_of
from sim.fields.values import require_fields


def tree_of(changes: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Dotted paths as nested dicts; ``policies[0].day`` becomes ``{"policies": {"[0]": {"day": …}}}``."""
    tree: dict[Any, Any] = {}
    for path, value in changes:
        first, *steps = path.replace("[", ".[").split(".") if isinstance(path, str) else [path]
        branch = tree_of(value.items()) if isinstance(value, Mapping) else value
        for step in reversed(steps):
            branch = {step: branch}
        _merge(tree, first, branch)
    return tree


def _merge(tree: dict[Any, Any], step: Any, branch: Any) -> None:
    if step not in tree:
        tree[step] = branch
    elif isinstance(tree[step], dict) and isinstance(branch, dict):
        with at(step_of(step)):
            for inner, value in branch.items():
                _merge(tree[step], inner, value)
    else:
        raise InputError("is changed twice", step_of(step))


def changed_by(current: Any, change: Any) -> Any:
    """A value with a tree of changes applied; what cannot be merged is left for the constructor to judge."""
    if not isinstance(change, dict):
        return change
    if isinstance(current, tuple):
        parts: dict[Any, Any] = {f"[{i}]": element for i, element in enumerate(current)}
        for step in change:
            if step not in parts:
                raise InputError(f"is not an element; there are {len(current)}", step_of(step))
    elif not isinstance(current, HasFields):
        return change
    else:
        parts = {name: getattr(current, name) for name in field_names(type(current))}
        word = current.chosen_by
        if word in change and word not in parts:
            if change[word] != public_name(type(current)):
                return change
            change = {step: inner for step, inner in change.items() if step != word}
        require_fields(type(current), change)
    for step, inner in change.items():
        with at(step):
            parts[step] = changed_by(parts[step], inner)
    return tuple(parts.values()) if isinstance(current, tuple) else type(current)(**parts)
