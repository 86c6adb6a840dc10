"""Signals: what accounts leave behind for a platform to see, and how noisy it is."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import InputError, Plausible, Settings, quantity

_LOGINS = "assumption: Twitter Safety, 19 August 2019, has many using VPNs, some unblocked addresses in mainland China"


@dataclass(frozen=True)
class Signals(Settings):
    """Which signals are kept, and how easily trolls are told from others by them.

    What is copied from a script is set where each kind of account is (``campaign.scripts``, ``organisers.scripts``,
    ``expression.slogans``), and what profiles show in ``population`` and in the campaign's groups.
    """

    observe: bool = quantity(
        False, unit="yes or no", source="model choice",
        doc="Keep count of what detectors of signals judge by (takes time and memory).",
    )  # fmt: skip
    office_opens: int = quantity(
        9, unit="hour of the day", low=0, high=24, source="80 % of the campaign's posts fell on working days from 9 to 18",
        doc="Posts on Monday to Friday from this hour on count as made in office hours.",
    )  # fmt: skip
    office_closes: int = quantity(
        18, unit="hour of the day", low=0, high=24, source="80 % of the campaign's posts fell on working days from 9 to 18",
        doc="End of office hours.",
    )  # fmt: skip
    login_trolls: float = quantity(
        0.7, unit="probability", low=0, high=1, source=_LOGINS,
        doc="A troll account is marked for the origin of its logins: a VPN, or an unblocked address in a blocked region.",
        plausible=Plausible(0.4, 0.95, "'many' and 'some' are all that was said of the origins of logins"),
    )  # fmt: skip
    login_organisers: float = quantity(
        0.3, unit="probability", low=0, high=1, source="assumption: organisers have reasons to hide",
        doc="An organiser's account is marked for the origin of its logins.",
        plausible=Plausible(0.1, 0.6, "from as citizens do to most: nobody has counted them"),
    )  # fmt: skip
    login_citizens: float = quantity(
        0.1, unit="probability", low=0, high=1, source="assumption", doc="A citizen's account is marked so.",
        plausible=Plausible(
            0.03, 0.3,
            "factor of three either way: nobody has measured it for the platform's users", log=True,
        ),
    )  # fmt: skip
    reports: float = quantity(
        0.002, unit="probability per reader and message", low=0, high=1, source="assumption",
        doc="A reader reports a message on the topic that lies outside their confidence bound (at most one a session).",
        plausible=Plausible(0.0006, 0.006, "factor of three either way: platforms publish reports, not readers", log=True),
    )  # fmt: skip
    mistaken_reports: float = quantity(
        0.0001, unit="probability per reader and message", low=0, high=1, source="assumption",
        doc="A reader reports a message on the topic that lies within their confidence bound.",
        plausible=Plausible(
            0.00003, 0.0003,
            "factor of three either way: platforms publish reports, not readers", log=True,
        ),
    )  # fmt: skip

    def check(self) -> None:
        if self.office_closes < self.office_opens:
            raise InputError(
                f"must be at least office_opens ({self.office_opens}), not {self.office_closes}", "office_closes"
            )
