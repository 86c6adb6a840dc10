"""Moderation: what a platform can see, how it detects, and what it does about it."""

from sim.moderation.desk import Desk
from sim.moderation.detectors.accuracy import BASE_RATE, Roc, precision, roc
from sim.moderation.detectors.detector import Detector, Perfect, Rates, SignalDetector
from sim.moderation.detectors.fitting import fit
from sim.moderation.detectors.rule import RuleDetector
from sim.moderation.detectors.score import ScoreDetector, Weights
from sim.moderation.detectors.signals import SIGNALS
from sim.moderation.flags import Flag, FlaggingPolicy
from sim.moderation.measures import NO_MEASURES, Measures
from sim.moderation.policies.appeals import Appeals
from sim.moderation.policies.circuit_breaker import CircuitBreaker
from sim.moderation.policies.content_takedown import ContentTakedown
from sim.moderation.policies.disclosure import Disclosure
from sim.moderation.policies.downranking import Downranking
from sim.moderation.policies.enforcement import Enforcement
from sim.moderation.policies.hashtag_limit import HashtagLimit
from sim.moderation.policies.labels import Labels
from sim.moderation.policies.preemptive_removal import PreemptiveRemoval
from sim.moderation.policies.registration_checks import RegistrationChecks
from sim.moderation.policies.reshare_friction import ReshareFriction
from sim.moderation.policies.takedown import Takedown
from sim.moderation.policies.tip_off import TipOff
from sim.moderation.policy import DailyPolicy, Policy, RemovalPolicy, StandingPolicy
from sim.moderation.view import OracleSignal, PlatformView, Traces

__all__ = [
    "BASE_RATE",
    "NO_MEASURES",
    "SIGNALS",
    "Appeals",
    "CircuitBreaker",
    "ContentTakedown",
    "DailyPolicy",
    "Desk",
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
    "PlatformView",
    "Policy",
    "PreemptiveRemoval",
    "Rates",
    "RegistrationChecks",
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
