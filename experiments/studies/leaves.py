"""Plain mappings as they are told in tables: each field by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.fields import canonical_json


def leaves(value: Any, path: str = "", open_lists: bool = True) -> Iterator[tuple[str, Any]]:
    """The fields of a plain value by their paths, as in ``World.replace``; a list is opened, or told as one text."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else str(name), open_lists)
    elif isinstance(value, list):
        if not open_lists:
            yield path, canonical_json(value)
        else:
            for i, inner in enumerate(value):
                yield from leaves(inner, f"{path}[{i}]", open_lists)
    else:
        yield path, value
