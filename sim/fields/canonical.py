"""The one text of a value, from which content keys are made."""

from __future__ import annotations

import json
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from sim.fields.annotations import HasFields
from sim.fields.errors import shown


def canonical_json(obj: Any) -> str:
    """The one JSON text of a value, for content keys: sorted keys, no spaces, floats by repr, -0.0 as 0.0.

    Settings are written by ``to_mapping``; registered classes carry their name. Raises ``TypeError`` for what JSON
    cannot hold and ``ValueError`` for nan and infinities.
    """
    return json.dumps(_json(obj), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _json(value: Any) -> Any:
    if isinstance(value, HasFields):
        name = vars(type(value)).get("_registered_name")
        return _json(value.to_mapping() if name is None else {value.chosen_by: name, **value.to_mapping()})
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) + 0.0  # turns -0.0 into 0.0
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [_json(inner) for inner in value]
    raise TypeError(f"canonical JSON cannot hold {shown(value)}")
