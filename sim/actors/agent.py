"""The bases of all Mesa agents here, and of those who decide."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from typing import ClassVar
from weakref import WeakKeyDictionary

import mesa


class _Ids(WeakKeyDictionary[mesa.Model, "itertools.count[int]"]):
    """A counter for each living model."""

    def __getitem__(self, model: mesa.Model) -> itertools.count[int]:
        if model not in self:
            self[model] = itertools.count(1)
        return super().__getitem__(model)


class Agent(mesa.Agent):
    """A Mesa agent that lets its model go.

    Mesa numbers agents by a table with a strong reference to every model there ever was, which would keep the state of all
    runs of a study in memory.
    """

    _ids: ClassVar[_Ids] = _Ids()


class Actor(Agent, ABC):
    """Somebody who decides, now and then, for accounts or about them."""

    @abstractmethod
    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to decide (a very large number if never)."""

    @abstractmethod
    def act(self, step: int) -> None:
        """Do what is due at a step."""
