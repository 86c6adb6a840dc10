"""Members of enumerations as the plain numbers that kernels freeze when they are compiled, and the role of a group."""

from __future__ import annotations

from sim.compiled import inlined
from sim.people.accounts import Role, Status
from sim.randomness import Stream
from sim.society.groups import Group

ACTIVE = int(Status.ACTIVE)
CITIZEN = int(Role.CITIZEN)
ORGANISER = int(Role.ORGANISER)
TROLL = int(Role.TROLL)
OF_CITIZEN = int(Group.CITIZEN)
OF_ORGANISER = int(Group.ORGANISER)
OF_TROLLS_FROM = int(Group.ACTIVE_TROLL)
POST = int(Stream.POST)
NEW_OR_RESHARE = int(Stream.NEW_OR_RESHARE)


@inlined
def role_of(group: int) -> int:
    if group >= OF_TROLLS_FROM:
        return TROLL
    return ORGANISER if group == OF_ORGANISER else CITIZEN
