"""Tip-off: a platform acts on what another one tells it, as Facebook did in August 2019 on Twitter's tip."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from sim.calendar import in_days
from sim.fields import quantity, register
from sim.moderation.desk import PLATFORMS, SECOND, Desk
from sim.moderation.detectors.detector import Detector, Perfect
from sim.moderation.policy import DailyPolicy, delay_ends, minutes_field


@register("tip_off")
@dataclass(frozen=True)
class TipOff(DailyPolicy):
    """Whenever the other platform has suspended accounts, since ``day`` or later, this one looks ``delay_days`` afterwards for
    pages that belong to them, and suspends those that the detector flags. It acts at the start of a day. Without a removal
    over there nothing happens here."""

    delay_days: float = quantity(
        0.0, unit="days", low=0, high=10_000,
        source="Twitter and Facebook announced their removals on the same day, 19 August 2019",
        doc="Time from a removal on the other platform to that on this one.",
    )  # fmt: skip
    detector: Detector = quantity(
        default_factory=Perfect, unit="detector", source="assumption", doc="Which pages the tip leads to."
    )
    pages_only: bool = quantity(
        True, unit="yes or no", source="assumption", doc="Whether only pages are looked at, and nobody's own account."
    )
    minutes_per_case: float = minutes_field("Work on each page that is flagged.")

    _: KW_ONLY
    platform: str = quantity(
        SECOND, unit="platform", choices=PLATFORMS, source="given by the user", doc="The platform that is told."
    )

    def act(self, desk: Desk) -> None:
        began, followed = desk.kept or (desk.tick, 0)
        tips = desk.tips()
        due = int(delay_ends(desk, tips[tips >= began], self.delay_days, began - 1).sum())
        desk.kept = (began, due)
        if due == followed:
            return
        view = desk.view()
        flagged = (desk.scores(self.detector) > 0.0) & ~view.suspended
        if self.pages_only:
            flagged &= view.page
        found = view.account[np.flatnonzero(flagged)]
        desk.review(found, self.minutes_per_case)
        if found.size:
            desk.suspend(found, float(desk.standing_for(found).sum()))

    def sentence(self, date: str) -> str:
        what = "pages" if self.pages_only else "accounts and pages"
        return (
            f"From {date} on, {in_days(self.delay_days)} after a removal on the other platform, this one acts on its tip and "
            f"suspends {what} that it leads to ({self.detector.sentence()})."
        )
