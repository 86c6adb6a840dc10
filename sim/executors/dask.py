"""Dask: its cluster, or workers of its own on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.executors.executor import ONE_THREAD, Elsewhere, Submits, environment
from sim.extras import imported
from sim.fields import InputError, quantity, register


@register("dask")
@dataclass(frozen=True)
class Dask(Elsewhere):
    """Tasks of Dask's. A cluster has to find the same code and packages on its nodes, and its workers should have a thread
    each (``dask worker --nthreads 1``)."""

    address: str = quantity(
        "", unit="address", source="given by the user",
        doc="Of the scheduler, such as tcp://HOST:8786 (empty: workers begun on this machine).",
    )  # fmt: skip

    @property
    def brings_workers(self) -> bool:
        """True for a cluster that is there already."""
        return bool(self.address)

    @contextmanager
    def opened(self, workers: int, place: Path | None) -> Iterator[Submits]:
        """Workers that were begun here end here. A script needs its ``if __name__ == "__main__"`` for those."""
        distributed = imported("distributed", "dask", "executor dask")
        with environment(**ONE_THREAD):
            if self.address:
                try:
                    client = distributed.Client(self.address)
                except (OSError, ValueError) as error:
                    reason = str(error).partition("\n")[0][:200]
                    raise InputError(
                        f"must be that of a Dask scheduler, which {self.address!r} is not ({reason})",
                        field="executor.address",
                    ) from None
            else:
                client = distributed.Client(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        with client:
            yield client.get_executor()
