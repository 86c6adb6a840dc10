"""Public disclosure: the platform tells people that there was a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import percent, quantity, register
from sim.moderation.desk import Desk
from sim.moderation.measures import Measures
from sim.moderation.policy import Policy


@register("disclosure")
@dataclass(frozen=True)
class Disclosure(Policy):
    """Publishes what was removed. From then on readers discount what resembles it, whoever wrote it; and some take the removal
    for censorship and move to the campaign's side at once. How strong either is nobody has measured: both are 0 unless
    given, and to be swept. Of several disclosures the strongest discount holds. Everybody's trust in the platform rises by
    ``trust.disclosure``, a field of the world, each time."""

    public: ClassVar[bool] = True

    stance: float = quantity(
        -0.75, unit="opinion, -1 to 1", low=-1, high=1, source="assumption: what the removed posts said (campaign.stance)",
        doc="Opinion that the disclosed messages expressed; its sign is the campaign's side.",
    )  # fmt: skip
    discount: float = quantity(
        0.0, unit="share of a message's weight", low=0, high=1, source="assumption, to be swept",
        doc="What messages that resemble the disclosed ones lose of their persuasion.",
    )  # fmt: skip
    resemblance: float = quantity(
        0.25, unit="opinion", low=0, high=2, source="assumption",
        doc="Messages resemble the disclosed ones if their stance is less than this away.",
    )  # fmt: skip
    backlash_share: float = quantity(
        0.0, unit="share of people", low=0, high=1, source="assumption, to be swept", doc="People who see censorship."
    )
    backlash: float = quantity(
        0.0, unit="share of the way to the campaign's end of the scale", low=0, high=1, source="assumption, to be swept",
        doc="How far those people move at once; their anchors pull them back in time.",
    )  # fmt: skip

    def act(self, desk: Desk) -> None:
        desk.disclose()
        side = (self.stance > 0.0) - (self.stance < 0.0)
        if side and self.backlash_share > 0.0 and self.backlash > 0.0:
            desk.provoke(self.backlash_share, self.backlash, side)

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        if self.discount <= measures.discount:
            return measures
        return measures._replace(discount=self.discount, disclosed=self.stance, resemblance=self.resemblance)

    def sentence(self, date: str) -> str:
        effects = []
        if self.discount > 0.0:
            effects.append(
                f"messages within {self.resemblance:g} of its stance ({self.stance:+g}) persuade {percent(self.discount)} less "
                "from then on"
            )
        if self.backlash_share > 0.0 and self.backlash > 0.0:
            effects.append(
                f"{percent(self.backlash_share)} of people take it for censorship and move {percent(self.backlash)} of the way "
                "to the campaign's side"
            )
        return f"On {date} the platform discloses the campaign: {' and '.join(effects) or 'nobody minds'}."
