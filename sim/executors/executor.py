"""What every executor has in common: how it is chosen, where runs go, how it is opened."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from sim.fields import InputError, Settings, build, quantity, register, registered_names, shown

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
        "GROUNDSWELL_THREADS",
    ),
    "1",
)  # fmt: skip
"""Environment of a worker: it has one seed at a time, in one thread, and as many workers as cores are enough."""


class Submits(Protocol):
    """Whatever takes work as ``concurrent.futures`` has it (PEP 3148): its pools, ``dask.distributed.Client.get_executor()``,
    ``mpi4py.futures.MPIPoolExecutor()``, loky's ``get_reusable_executor()``."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """A future of what the function returns: ``result()`` waits for it, ``cancel()`` gives up what has not begun."""


class Executor(Settings, ABC):
    """Who simulates a study's seeds. The same bits come back, whoever it is."""

    name: ClassVar[str]

    @property
    def brings_workers(self) -> bool:
        """Whether it has workers of its own, whose number nobody here decides."""
        return False


@register("threads")
@dataclass(frozen=True)
class Threads(Executor):
    """Threads of this process."""


@dataclass(frozen=True)
class Elsewhere(Executor, ABC):
    """Other processes, of this machine or of others. Classes of the user's own must be in modules that they can import."""

    name: ClassVar[str]
    seeds_a_task: int = quantity(
        1, unit="seeds", low=1, high=1_000_000, source="given by the user",
        doc="Seeds, each with all its branches, that a worker is given at a time.",
    )  # fmt: skip
    shared_ledger: bool = quantity(
        False, unit="yes or no", source="given by the user",
        doc="Whether workers write each run into the ledger themselves, on a file system that all see, as soon as it is done; "
        "otherwise runs are sent back and written here.",
    )  # fmt: skip

    @property
    def waiting(self) -> int:
        """Most tasks that are handed on before one has come back."""
        return 2_000

    @abstractmethod
    def opened(self, workers: int, place: Path | None) -> AbstractContextManager[Submits]:
        """What takes work, while the ``with`` block lasts. ``workers``: how many there are to be, where that is decided here;
        ``place``: folder of the ledger. Raises InputError where it cannot be had."""


def executor_of(given: Any) -> Executor | Submits:
    """The executor that is given, by name, as a mapping, as itself or as an object with ``submit``. Raises InputError."""
    if isinstance(given, str) or hasattr(given, "keys"):
        return build(Executor, given, path="executor")
    if isinstance(given, Executor) or callable(getattr(given, "submit", None)):
        return given
    names = ", ".join(registered_names(Executor))
    raise InputError(
        f"must be {names} or something with submit (concurrent.futures.Executor), not {shown(given)}", field="executor"
    )


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Environment variables as processes that begin meanwhile inherit them; those that are set already stay."""
    new = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            os.environ.pop(name, None)
