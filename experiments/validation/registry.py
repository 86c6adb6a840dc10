"""All validations, in the order in which they are reported. A new one is a module with a ``VALIDATION`` and a line here."""

from __future__ import annotations

from experiments.validation import (
    cascades,
    deffuant,
    degroot,
    delayed_takedown,
    friedkin_johnsen,
    hegselmann_krause,
    preemption_race,
    simsom,
    stubborn,
    takedown_exact,
    zealots,
)
from experiments.validation.check import Validation

VALIDATIONS: tuple[Validation, ...] = tuple(
    module.VALIDATION
    for module in (
        takedown_exact,
        zealots,
        stubborn,
        friedkin_johnsen,
        degroot,
        cascades,
        preemption_race,
        hegselmann_krause,
        deffuant,
        simsom,
        delayed_takedown,
    )
)
