"""Moderation: what a platform can see, how it detects, and what it does about it."""

from sim.moderation.accuracy import BASE_RATE, Roc, precision, roc
from sim.moderation.appeals import Appeals
from sim.moderation.detectors import Detector, Perfect, Rates, SignalDetector
from sim.moderation.enforcement import Enforcement
from sim.moderation.fitting import fit
from sim.moderation.platform import Platform
from sim.moderation.policy import DailyPolicy, Policy, Removal, RemovalPolicy
from sim.moderation.preemptive_removal import PreemptiveRemoval
from sim.moderation.registration_checks import RegistrationChecks
from sim.moderation.rule_detector import RuleDetector
from sim.moderation.score_detector import ScoreDetector, Weights
from sim.moderation.signals import SIGNALS
from sim.moderation.takedown import Takedown
from sim.moderation.view import OracleSignal, PlatformView, Traces

__all__ = [
    "BASE_RATE",
    "SIGNALS",
    "Appeals",
    "DailyPolicy",
    "Detector",
    "Enforcement",
    "OracleSignal",
    "Perfect",
    "Platform",
    "PlatformView",
    "Policy",
    "PreemptiveRemoval",
    "Rates",
    "RegistrationChecks",
    "Removal",
    "RemovalPolicy",
    "Roc",
    "RuleDetector",
    "ScoreDetector",
    "SignalDetector",
    "Takedown",
    "Traces",
    "Weights",
    "fit",
    "precision",
    "roc",
]
