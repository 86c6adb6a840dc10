"""Appeals: suspended people ask to be let in again, and some are."""

from __future__ import annotations

from dataclasses import dataclass

from sim.calendar import in_days
from sim.fields import percent, quantity, register
from sim.moderation.desk import Desk
from sim.moderation.detectors.detector import Detector, Rates
from sim.moderation.policy import DailyPolicy, delay_ends, minutes_field


@register("appeals")
@dataclass(frozen=True)
class Appeals(DailyPolicy):
    """Once a day, decides on accounts that were suspended ``delay_days`` ago (on its first day also on those of longer ago).

    Somebody wrongly suspended is back with probability ``appealing`` times one minus the false-positive rate of the ``judge``.
    """

    delay_days: float = quantity(
        7.0, unit="days", low=0, high=10_000, source="assumption", doc="Time from suspension to the decision."
    )
    appealing: float = quantity(
        0.5, unit="share of the suspended", low=0, high=1, source="assumption", doc="Accounts whose holders appeal."
    )
    judge: Detector = quantity(
        default_factory=lambda: Rates(salt=2, tpr=0.98, fpr=0.4), unit="detector", source="assumption",
        doc="Who stays suspended; idealised, with error rates.",
    )  # fmt: skip
    minutes_per_case: float = minutes_field("Work on an appeal.")
    salt: int = quantity(
        3, unit="number", low=0, high=2**31 - 1, source="given by the user", doc="Names the draws of who appeals."
    )

    def act(self, desk: Desk) -> None:
        last = -1 if desk.kept is None else desk.kept
        desk.kept = desk.tick
        view = desk.view()
        due = view.suspended & delay_ends(desk, view.since, self.delay_days, last)
        due &= desk.draws(self.salt) < self.appealing
        cases = view.account[due]
        desk.review(cases, self.minutes_per_case)
        if cases.size:
            asked = float(desk.standing_for(cases).sum())
            desk.restore(view.account[due & (desk.scores(self.judge) == 0.0)], asked)

    def sentence(self, date: str) -> str:
        return (
            f"From {date} on {percent(self.appealing)} of the suspended appeal, and {in_days(self.delay_days)} after their "
            f"suspension those are back whom the judge does not flag ({self.judge.sentence()})."
        )
