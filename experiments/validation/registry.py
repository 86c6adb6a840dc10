"""All validations, in the order in which they are reported. A new one is a module with a ``VALIDATION`` and a line here."""

from __future__ import annotations

from experiments.validation import (
    cascades,
    deffuant,
    degroot,
    delayed_takedown,
    friedkin_johnsen,
    granovetter,
    hegselmann_krause,
    moderation_delay,
    nudges,
    preemption_race,
    simsom,
    spiral_of_silence,
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
        moderation_delay,
        nudges,
        preemption_race,
        granovetter,
        hegselmann_krause,
        deffuant,
        spiral_of_silence,
        simsom,
        delayed_takedown,
    )
)
