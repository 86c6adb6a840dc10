"""What all tests share: properties are checked on the same examples every time, or on those of ``--hypothesis-seed``."""

from __future__ import annotations

import gc
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

# Hypothesis also tries numbers that stand in the sources of the modules that happen to be imported: which examples are drawn
# would depend on which tests run beside, and on every edit of a constant anywhere.
providers._get_local_constants = providers.Constants

BEGAN = time.monotonic()
FROZEN_FOR = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--for-seconds",
        type=float,
        help="take the tests in an order by --hypothesis-seed; skip what would begin later, shrink no example",
    )
    parser.addoption("--examples-times", type=int, default=1, help="draw so many times the examples of each property")


def pytest_configure(config: pytest.Config) -> None:
    # Begun in the background or by nohup, a process ignores these, and hands that on; tests send them.
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
    # The first example may compile kernels, so time says nothing about an example. No example is kept in a database. To shrink
    # one may take five minutes.
    limited = config.getoption("--for-seconds") is not None
    settings.register_profile(
        "groundswell",
        deadline=None,
        derandomize=config.getoption("--hypothesis-seed") is None,
        database=None,
        phases=(Phase.explicit, Phase.generate) if limited else tuple(Phase),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    settings.load_profile("groundswell")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """As many as there are cores; for slow tests half as many again, for these wait for programs and browsers."""
    cores = len(os.sched_getaffinity(0))
    return 3 * cores // 2 if config.getoption("markexpr") == "slow" else cores


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--for-seconds") is not None:
        random.Random(config.getoption("--hypothesis-seed")).shuffle(items)
    else:
        items.sort(key=lambda item: item.get_closest_marker("longest") is None)  # a stable sort
    times = config.getoption("--examples-times")
    for test in {item.obj for item in items if times > 1 and is_hypothesis_test(getattr(item, "obj", None))}:
        known = test._hypothesis_internal_use_settings
        test._hypothesis_internal_use_settings = settings(known, max_examples=times * known.max_examples)


def pytest_runtest_setup(item: pytest.Item) -> None:
    _keep_collections_brief(item)
    limit = item.config.getoption("--for-seconds")
    if limit is not None and time.monotonic() - BEGAN > limit:
        pytest.skip("its time is over")


def _keep_collections_brief(item: pytest.Item) -> None:
    """Studies collect garbage after each run, which is quick unless all that tests, pytest and libraries consist of is looked at
    again each time: what is there when a file's first test begins no more is."""
    if item.config.stash.get(FROZEN_FOR, None) != item.path:
        item.config.stash[FROZEN_FOR] = item.path
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="module")
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the study that a module names, ``STUDY``: what it says to experiments.run; without figures, which take
    longest, where it says ``FIGURES = False``."""
    from experiments.run import main

    place = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        if not getattr(request.module, "FIGURES", True):
            patch.setattr("experiments.report.figures.draw_figures", lambda *_: ())
        assert main([*request.module.STUDY, f"results={place}"]) == 0
    (folder,) = (report.parent for report in place.glob("*/report.html"))
    return folder


@pytest.fixture(scope="module")
def results(study: Path) -> Any:
    """The results of that study."""
    from experiments.studies.results import load

    return load(study)


@pytest.fixture(scope="module")
def page(study: Path) -> str:
    """Its report, as it is read."""
    from tests.pages import as_read

    return as_read((study / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium."""
    from tests.browser import browser

    with browser() as started:
        yield started
