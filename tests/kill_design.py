"""``python -m tests.kill_design EXECUTOR WORLDS FOLDER``: a design that is killed twice, held against one that is not.

Worlds of 200 people and 10 days in two branches with one seed; the program is killed (SIGKILL) when a third and when two thirds
of its runs are in the ledger.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.study.ledger import Ledger
from tests.processes import begun

ROOT = Path(__file__).resolve().parents[1]
DESIGN = [
    "world.people=200", "world.graph.followees=5", "days=10", "seeds=1", "study=actual", "study.name=killed",
    "study.branches=[{name: none}, {name: actual, policies: [{name: takedown, day: 3}]}]", "study.headline=actual",
    "design=latin_hypercube",
    "design.factors=[{field: campaign.flooding, low: 1, high: 4}, {field: feed.length, low: 5, high: 20}, "
    "{field: campaign.local_follower_share, low: 0.001, high: 0.1, scale: log}]",
]  # fmt: skip
EXECUTORS = {
    "threads": [], "processes": [], "ray": [], "dask": [],
    "slurm": ["executor.cluster=local", "executor.jobs=2", "executor.seeds_a_task=10"],
}  # fmt: skip
"""Executors, and what else they are told here."""
_OF_THE_OCCASION = ["cpu_seconds", "made"]


def command(executor: str, worlds: int, folder: Path, asked: Sequence[str] = ()) -> list[str]:
    """The program on a design of so many worlds, ``asked`` for something more."""
    many = [] if executor == "slurm" else ["threads=2"]
    more = [f"executor={executor}", *EXECUTORS[executor], *many, f"design.worlds={worlds}", f"results={folder}"]
    return [sys.executable, "-m", "experiments.run", *DESIGN, *more, *asked, "output=json"]


def records(folder: Path) -> int:
    """How many runs the ledger has."""
    ledger = Ledger(folder / "ledger")
    keys = {path.stem for path in ledger.singles()}
    return len(keys.union(*(pack.keys() for pack in ledger.packs.all())))


def tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Effects and runs of the design in a folder, without what is other each time."""
    (design,) = folder.glob("killed-design-*")
    runs = pd.read_parquet(design / "runs.parquet")
    return pd.read_parquet(design / "effects.parquet"), runs.drop(columns=_OF_THE_OCCASION)


def finished(executor: str, worlds: int, folder: Path, asked: Sequence[str] = ()) -> dict[str, Any]:
    """The JSON document of the program, run to its end."""
    done = subprocess.run(
        command(executor, worlds, folder, asked), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def kill_at(wanted: int, executor: str, worlds: int, folder: Path, asked: Sequence[str] = ()) -> int:
    """Kill the program when its ledger has so many runs; returns how many it then has."""
    with begun(
        command(executor, worlds, folder, asked), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as program:
        while records(folder) < wanted:
            assert program.poll() is None, "it ended before it was killed"
            time.sleep(0.2)
        program.send_signal(signal.SIGKILL)
    return records(folder)


def killed_twice(
    executor: str, worlds: int, folder: Path, asked: Sequence[str] = (), runs: int | None = None
) -> list[int]:
    """Runs in the ledger at each kill, at thirds of all ``runs`` (default: one seed's); the design is finished afterwards."""
    runs = 2 * worlds if runs is None else runs
    at = [kill_at(runs * third // 3, executor, worlds, folder, asked) for third in (1, 2)]
    finished(executor, worlds, folder, asked)
    return at


def main(executor: str, worlds: int, folder: Path) -> None:
    """Tell how it went."""
    undisturbed = folder / f"undisturbed-{worlds}"
    if not undisturbed.exists():
        began = time.monotonic()
        finished("threads", worlds, undisturbed)
        print(f"undisturbed by threads: {2 * worlds} runs in {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    at = killed_twice(executor, worlds, folder / executor)
    print(
        f"{executor}: killed at {at} of {2 * worlds} runs, finished; {time.monotonic() - began:.0f} s in all",
        flush=True,
    )
    for here, there in zip(tables(undisturbed), tables(folder / executor), strict=True):
        pd.testing.assert_frame_equal(here, there)
        print(f"equal: {len(here)} rows, {len(here.columns)} columns", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(ROOT))
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
