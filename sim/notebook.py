"""Tables for notebooks, which show them instead of a ``repr``."""

from __future__ import annotations

import dataclasses
import html
from typing import Any

import pandas as pd

from sim.fields import FieldInfo, Settings, describe_fields, shown


def settings_table(settings: Settings) -> str:
    """The fields that differ from the defaults, with unit and source, as HTML."""
    fields = describe_fields(settings, path="")
    required = [f.name for f in dataclasses.fields(settings) if f.default is f.default_factory is dataclasses.MISSING]
    plain = type(settings)(**{name: getattr(settings, name) for name in required})
    usual = {f.path: f.value for f in describe_fields(plain, path="") if f.path not in required}
    changed = [field for field in fields if field.path not in usual or usual[field.path] != field.value]
    rows = [(field.path, _value(field), field.unit, field.source) for field in changed]
    table = pd.DataFrame(rows, columns=["field", "value", "unit", "source"])
    said = f"{type(settings).__name__}: {len(changed)} of {len(fields)} fields differ from the defaults"
    return captioned(table, said)


def _value(field: FieldInfo) -> Any:
    return field.value if isinstance(field.value, str) else shown(field.value)


def captioned(table: pd.DataFrame, caption: str) -> str:
    """A table with a line above it, as HTML in which all text is only text."""
    return f"<p>{html.escape(caption)}</p>\n{table.to_html(index=False, escape=True, max_rows=60)}"
