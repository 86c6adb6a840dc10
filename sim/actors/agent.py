"""The base of all Mesa agents here."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import mesa


class _Ids(WeakKeyDictionary):  # type: ignore[type-arg]
    """A counter for each living model."""

    def __getitem__(self, model: Any) -> Any:
        if model not in self:
            self[model] = itertools.count(1)
        return super().__getitem__(model)


class Agent(mesa.Agent):  # type: ignore[misc]
    """A Mesa agent that lets its model go.

    Mesa numbers agents by a table with a strong reference to every model there ever was, which would keep the state of all
    runs of a study in memory.
    """

    _ids: ClassVar[_Ids] = _Ids()
