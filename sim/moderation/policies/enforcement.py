"""Enforcement: day by day suspicious accounts are queued, reviewed and suspended, as fast as reviewers can work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import in_days
from sim.fields import quantity, register
from sim.moderation.desk import Desk
from sim.moderation.detectors.detector import Detector, Rates
from sim.moderation.detectors.score import ScoreDetector
from sim.moderation.policies.queue import EMPTY, daily_capacity
from sim.moderation.policy import DailyPolicy, minutes_field

_BARRETT = "Barrett 2020, Who Moderates the Social Media Giants?, NYU Stern"
_HOURS = 8


@register("enforcement")
@dataclass(frozen=True)
class Enforcement(DailyPolicy):
    """Once a day, flagged accounts enter the queue, most suspicious first, and the oldest cases are reviewed. Who is still
    flagged and guilty in the reviewer's eyes is suspended; nobody who was still flagged is decided upon twice."""

    detector: Detector = quantity(
        default_factory=ScoreDetector, unit="detector", source="fitted on simulated Hong Kong worlds (docs/outcomes.md)",
        doc="Who is flagged.",
    )  # fmt: skip
    reviewers: float = quantity(
        6.0, unit="reviewers in reality", low=0, high=1_000_000,
        source=f"{_BARRETT}: Facebook had 15,000 for 2.5 billion users, in proportion 6 for a million",
        doc="Reviewers at work, eight hours every day.",
    )  # fmt: skip
    minutes_per_case: float = minutes_field("Work on a case.", low_open=True)
    delay_days: float = quantity(
        1.0, unit="days", low=0, high=10_000, source="Facebook in 2018: reports are to be reviewed within 24 hours",
        doc="Time in the queue before a case can be reviewed.",
    )  # fmt: skip
    reviewer: Detector = quantity(
        default_factory=lambda: Rates(salt=1, tpr=0.9, fpr=0.1), unit="detector",
        source=f"{_BARRETT}: reviewers are wrong in more than one of ten cases",
        doc="What reviewers decide; idealised, with error rates.",
    )  # fmt: skip

    def act(self, desk: Desk) -> None:
        queue, known, begun = desk.kept or (EMPTY, EMPTY.account, 0.0)
        view, scores = desk.view(), desk.scores(self.detector)
        flagged = np.flatnonzero((scores > 0.0) & ~view.suspended)
        fresh = flagged[~np.isin(view.account[flagged], known)]
        fresh = view.account[fresh[np.lexsort((view.account[fresh], -scores[fresh]))]]
        mean = self.reviewers * _HOURS * 60.0 / self.minutes_per_case
        capacity = begun + daily_capacity(mean, desk.tick // desk.ticks_per_day)
        oldest = desk.tick - round(self.delay_days * desk.ticks_per_day)
        queue = queue.enter(fresh, desk.tick)
        cases, queue, begun = queue.take(desk.standing_for(queue.account), capacity, oldest)
        still = np.isin(cases, view.account[flagged])
        desk.kept = (queue, np.setdiff1d(np.union1d(known, fresh), cases[~still]), begun)
        desk.review(cases, self.minutes_per_case)
        if cases.size:
            guilty = view.account[desk.scores(self.reviewer) > 0.0]
            decided = float(desk.standing_for(cases).sum())
            desk.suspend(np.sort(cases[still & np.isin(cases, guilty)]), decided)

    def sentence(self, date: str) -> str:
        return (
            f"From {date} on {self.reviewers:g} reviewers work through a queue of flagged accounts ({self.detector.sentence()}), "
            f"{self.minutes_per_case:g} minutes a case and {in_days(self.delay_days)} after it entered at the earliest, and "
            f"suspend those they find guilty ({self.reviewer.sentence()})."
        )
