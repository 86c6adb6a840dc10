"""``python -m tests.many_seeds``: properties with many seeds and many times their examples, as far as the processor time allows.

``--seeds`` (20) of them from ``--first-seed`` (1) on, ``--times`` (10) the usual examples, ``--minutes`` (90) of processor time,
``--log`` to a file that is appended to; what else is said goes to pytest: files, ``-k``. Each property is first run with its
usual examples, which says what it costs. Then the cheapest draw ``--times`` as many, the dear ones as many as usual, so that all
seeds fit; seed by seed, so that what is left out is left out of all alike. No example is shrunk: the line that
repeats a failure does that.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import pytest
from _pytest.runner import runtestprotocol


def spent() -> float:
    """Seconds of processor time of this process and of those that it began and that are over."""
    return sum(os.times()[:4])


def how_dear_gets_all(costs: Sequence[float], seconds: float, seeds: int, times: int) -> float:
    """The highest cost of a property that draws ``times`` its examples, so that all seeds of all properties take ``seconds``."""
    left = seconds - seeds * sum(costs)
    highest = 0.0
    for cost in sorted(costs):
        left -= (times - 1) * seeds * cost
        if left < 0:
            break
        highest = cost
    return highest


class ManySeeds:
    """A plugin that runs what was collected once for each seed, and logs one line a run."""

    def __init__(self, asked: argparse.Namespace, log: TextIO) -> None:
        self.asked, self.log = asked, log
        self.usual: dict[str, Any] = {}
        self.failures: list[str] = []

    def run(self, item: pytest.Function, seed: int, times: int) -> float:
        """Run a property with a seed; returns the seconds that it took."""
        # Not before pytest, which rewrites the assertions in it.
        from hypothesis import core, settings

        test = item.obj.__func__ if hasattr(item.obj, "__func__") else item.obj
        usual = self.usual.setdefault(item.nodeid, test._hypothesis_internal_use_settings)
        test._hypothesis_internal_use_settings = settings(usual, max_examples=times * usual.max_examples)
        core.global_force_seed = seed
        item.hypothesis_statistics = ""
        began = spent()
        reports = runtestprotocol(item, log=False, nextitem=None)
        took = spent() - began
        failed = [report for report in reports if report.failed]
        outcome = "failed" if failed else "skipped" if any(report.skipped for report in reports) else "passed"
        tried = sum(map(int, re.findall(r"(\d+) (?:passing|failing)\b", item.hypothesis_statistics)))
        self.say(f"{outcome}\t{item.nodeid}\tseed {seed}\t{tried} examples\t{took:.1f} s")
        for report in failed:
            self.say(report.longreprtext)
            repeat = f"python -m pytest {item.nodeid} --hypothesis-seed={seed} --examples-times={times}"
            self.failures.append(repeat)
            self.say(f"To repeat: {repeat}")
        return took

    def say(self, line: str) -> None:
        print(line, file=self.log, flush=True)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        asked, began = self.asked, spent()
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        costs = {item: self.run(item, asked.first_seed, 1) for item in items}
        left = 60 * asked.minutes - (spent() - began)
        limit = how_dear_gets_all(list(costs.values()), left, asked.seeds, asked.times)
        self.say(
            f"{sum(cost <= limit for cost in costs.values())} of {len(items)} properties draw {asked.times} times as many"
        )
        for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
            for item, cost in sorted(costs.items(), key=lambda pair: pair[1]):
                if spent() - began > 60 * asked.minutes:
                    self.say(f"The time is over at seed {seed}, {item.nodeid}")
                    return True
                self.run(item, seed, asked.times if cost <= limit else 1)
        return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.many_seeds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--log", type=Path)
    asked, others = parser.parse_known_args()
    arguments = ["-p", "no:xdist", "-p", "no:cacheprovider", "-q", "-m", "hypothesis"]
    arguments += [f"--hypothesis-seed={asked.first_seed}", "--for-seconds=inf", *others]
    log = asked.log.open("a", encoding="utf-8") if asked.log else sys.stdout
    plugin = ManySeeds(asked, log)
    status = pytest.main(arguments, plugins=[plugin])
    print(f"{len(plugin.failures)} failures", *plugin.failures, sep="\n")
    return 1 if plugin.failures else int(status)


if __name__ == "__main__":
    sys.exit(main())
