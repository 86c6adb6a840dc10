"""What an account is: the groups of accounts, and who runs them."""

from __future__ import annotations

from enum import IntEnum

from sim.people.accounts import Role


class Group(IntEnum):
    """What an account is for the schedule. Outlets are genuine newspapers and pages. The campaign's accounts, from ACTIVE_TROLL
    on, are trolls that are active from the start, sleepers, and pages on the second platform."""

    CITIZEN = 0
    ORGANISER = 1
    OUTLET = 2
    ACTIVE_TROLL = 3
    SLEEPER = 4
    PAGE = 5


def role_of_group(group: int) -> Role:
    """Who runs the accounts of a group; outlets count among everybody else, as citizens do."""
    if group >= Group.ACTIVE_TROLL:
        return Role.TROLL
    return Role.ORGANISER if group == Group.ORGANISER else Role.CITIZEN
