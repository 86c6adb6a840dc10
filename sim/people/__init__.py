"""The people: who they are, which accounts they have, and what they think of platform and movement."""

from sim.people.accounts import Role, Status
from sim.people.legitimacy import Legitimacy
from sim.people.newcomers import Newcomers
from sim.people.people import Population
from sim.people.profiles import Profiles
from sim.people.signals import Signals
from sim.people.trust import Trust

__all__ = ["Legitimacy", "Newcomers", "Population", "Profiles", "Role", "Signals", "Status", "Trust"]
