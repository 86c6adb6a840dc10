"""Moderation: what a platform can see, how it detects, and what it does about it."""

from sim.moderation.accuracy import BASE_RATE, Roc, precision, roc
from sim.moderation.appeals import Appeals
from sim.moderation.circuit_breaker import CircuitBreaker
from sim.moderation.content_takedown import ContentTakedown
from sim.moderation.detectors import Detector, Perfect, Rates, SignalDetector
from sim.moderation.disclosure import Disclosure
from sim.moderation.downranking import Downranking
from sim.moderation.enforcement import Enforcement
from sim.moderation.fitting import fit
from sim.moderation.flags import Flag, FlaggingPolicy
from sim.moderation.hashtag_limit import HashtagLimit
from sim.moderation.labels import Labels
from sim.moderation.measures import NO_MEASURES, Measures
from sim.moderation.platform import Platform
from sim.moderation.policy import DailyPolicy, Policy, Removal, RemovalPolicy, StandingPolicy
from sim.moderation.preemptive_removal import PreemptiveRemoval
from sim.moderation.registration_checks import RegistrationChecks
from sim.moderation.reshare_friction import ReshareFriction
from sim.moderation.rule_detector import RuleDetector
from sim.moderation.score_detector import ScoreDetector, Weights
from sim.moderation.signals import SIGNALS
from sim.moderation.takedown import Takedown
from sim.moderation.tip_off import TipOff
from sim.moderation.view import OracleSignal, PlatformView, Traces

__all__ = [
    "BASE_RATE",
    "NO_MEASURES",
    "SIGNALS",
    "Appeals",
    "CircuitBreaker",
    "ContentTakedown",
    "DailyPolicy",
    "Detector",
    "Disclosure",
    "Downranking",
    "Enforcement",
    "Flag",
    "FlaggingPolicy",
    "HashtagLimit",
    "Labels",
    "Measures",
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
    "ReshareFriction",
    "Roc",
    "RuleDetector",
    "ScoreDetector",
    "SignalDetector",
    "StandingPolicy",
    "Takedown",
    "TipOff",
    "Traces",
    "Weights",
    "fit",
    "precision",
    "roc",
]
