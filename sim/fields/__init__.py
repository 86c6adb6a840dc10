"""Units, ranges, sources, and the typed builder that makes configuration from plain mappings.

Every configuration class is a frozen dataclass deriving from ``Settings``; every leaf field is declared with
``quantity``. Values are checked whenever an object is made: directly, with ``build`` from YAML-like mappings, or with
``replace``::

    @register("bounded_confidence")
    @dataclass(frozen=True)
    class BoundedConfidence(OpinionRule):
        strength: float = quantity(0.01, unit="1", low=0, high=1, low_open=True, source="assumption", doc="Pull.")

A field may be int, float, bool, str, a Settings class, a tuple of these (``tuple[T, ...]`` or of fixed length), or a
union of these with each other and None. A field of a Settings class takes any subclass. Where more than one class is
possible, a mapping chooses by the key ``name``, and a bare name means that class with its defaults. A base that is no
choice itself derives from ``abc.ABC`` and declares ``name: ClassVar[str]`` for its readers; it may choose by another word
(``chosen_by``) and say which class a mapping without one means (``usual``).
"""

from __future__ import annotations

from sim.fields.annotations import quantity_of
from sim.fields.arguments import checked, chosen, instance
from sim.fields.canonical import canonical_json
from sim.fields.choices import public_name, register, registered_names
from sim.fields.errors import InputError, did_you_mean, nearest, shown, steers
from sim.fields.listing import FieldInfo, describe_fields
from sim.fields.quantities import Plausible, Quantity, field_units, percent, quantity
from sim.fields.settings import Settings, build
from sim.fields.unchanged import unchanged

__all__ = [
    "FieldInfo",
    "InputError",
    "Plausible",
    "Quantity",
    "Settings",
    "build",
    "canonical_json",
    "checked",
    "chosen",
    "describe_fields",
    "did_you_mean",
    "field_units",
    "instance",
    "nearest",
    "percent",
    "public_name",
    "quantity",
    "quantity_of",
    "register",
    "registered_names",
    "shown",
    "steers",
    "unchanged",
]
