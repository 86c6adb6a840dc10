"""Opinions: rules (one file each), expression, mobilisation, and whose words moved whom."""

from sim.opinion.bounded_confidence import BoundedConfidence
from sim.opinion.deffuant import Deffuant
from sim.opinion.degroot import DeGroot
from sim.opinion.expression import Expression
from sim.opinion.friedkin_johnsen import FriedkinJohnsen
from sim.opinion.hegselmann_krause import HegselmannKrause
from sim.opinion.mobilisation import Mobilisation
from sim.opinion.rule import Opinion, OpinionRule, opinion_weight
from sim.opinion.voter import Voter

__all__ = [
    "BoundedConfidence",
    "DeGroot",
    "Deffuant",
    "Expression",
    "FriedkinJohnsen",
    "HegselmannKrause",
    "Mobilisation",
    "Opinion",
    "OpinionRule",
    "Voter",
    "opinion_weight",
]
