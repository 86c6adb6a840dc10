"""Registration checks: accounts made from some day on are looked at, and those that look suspicious are removed."""

from __future__ import annotations

from dataclasses import dataclass

from sim.calendar import in_days
from sim.fields import percent, quantity, register
from sim.moderation.desk import Desk
from sim.moderation.detectors.detector import Detector
from sim.moderation.detectors.score import NEW_ACCOUNTS, ScoreDetector
from sim.moderation.policy import DailyPolicy, delay_ends, minutes_field


@register("registration_checks")
@dataclass(frozen=True)
class RegistrationChecks(DailyPolicy):
    """Once a day, checks accounts that were registered on ``day`` or later, each ``delay_days`` after its registration."""

    detector: Detector = quantity(
        default_factory=lambda: ScoreDetector(weights=NEW_ACCOUNTS, threshold=2.2), unit="detector",
        source="fitted on simulated Hong Kong worlds (docs/outcomes.md)", doc="Who looks suspicious.",
    )  # fmt: skip
    delay_days: float = quantity(
        1.0, unit="days", low=0, high=10_000, source="assumption: a first day of use is waited for",
        doc="Time from registration to the check.",
    )  # fmt: skip
    checked: float = quantity(
        1.0, unit="share of new accounts", low=0, high=1, source="model choice: all", doc="Accounts that are checked."
    )
    minutes_per_case: float = minutes_field("Work on an account that is flagged.")

    def act(self, desk: Desk) -> None:
        first, last = desk.kept or (desk.tick, desk.tick - 1)
        desk.kept = (first, desk.tick)
        view = desk.view()
        due = delay_ends(desk, view.created, self.delay_days, last) & (view.created >= first) & ~view.suspended
        due &= desk.draws() < self.checked
        found = view.account[due & (desk.scores(self.detector) > 0.0)]
        desk.review(found, self.minutes_per_case)
        if due.any():
            desk.suspend(found, float(desk.standing_for(view.account[due]).sum()))

    def sentence(self, date: str) -> str:
        return (
            f"From {date} on the platform checks {percent(self.checked)} of new accounts {in_days(self.delay_days)} after their "
            f"registration and removes those that look suspicious ({self.detector.sentence()})."
        )
