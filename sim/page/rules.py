"""The opinion rules of pages: one function that is all of them, so that one module serves worlds of any."""

from __future__ import annotations

from sim.compiled import lean_kernel
from sim.fields import InputError
from sim.opinion import BoundedConfidence, Deffuant, DeGroot, FriedkinJohnsen, HegselmannKrause, OpinionRule, Voter
from sim.opinion.rule import MOST_PARAMETERS

RULES: tuple[type[OpinionRule], ...] = (BoundedConfidence, Deffuant, DeGroot, FriedkinJohnsen, HegselmannKrause, Voter)
"""The rules that there are, each at its number."""
_bounded, _deffuant, _degroot, _friedkin_johnsen, _hegselmann_krause, _voter = (rule.weight for rule in RULES)


@lean_kernel
def weight_by_number(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
    """The weight of the rule whose number stands behind its parameters; nan, which stops a run, where there is none."""
    number, own = parameters[MOST_PARAMETERS], parameters[:MOST_PARAMETERS]
    if number == 0.0:
        return _bounded(x, stance, confidence, own)
    if number == 1.0:
        return _deffuant(x, stance, confidence, own)
    if number == 2.0:
        return _degroot(x, stance, confidence, own)
    if number == 3.0:
        return _friedkin_johnsen(x, stance, confidence, own)
    if number == 4.0:
        return _hegselmann_krause(x, stance, confidence, own)
    if number == 5.0:
        return _voter(x, stance, confidence, own)
    return float("nan")


def numbers_of(rule: OpinionRule) -> tuple[float, ...]:
    """What ``weight_by_number`` takes as parameters: those of the rule, and its number."""
    return (*rule.parameters(), float(RULES.index(type(rule))))


def check_rule(rule: OpinionRule, place: str) -> None:
    """Raise InputError for an opinion rule that is not packaged."""
    if type(rule) not in RULES:
        raise InputError(
            f"must be one of the packaged opinion rules in a page, which runs no Python, not {type(rule).__name__}",
            place,
        )
