"""A record that is wanted of a run."""

from __future__ import annotations

from typing import NamedTuple

from sim.branch import Branch
from sim.outcomes.kept import Kept


class Wanted(NamedTuple):
    """A branch, and what is kept of it beside its outcomes. A record that is ``counted`` is a run of the study; others have more
    of such a run."""

    branch: Branch
    keep: Kept | None = None
    counted: bool = True
