"""Pages in headless Chromium: opened from their file, with the network shut, and with an eye on what goes wrong in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.pages import as_read

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (CONTRIBUTING.md says where it is found)"
)
# Firefox has a driver of its own (tests/firefox.py): Playwright speaks to 143 and later or to one it has patched; Debian has 140.
WIDE, NARROW = (1280, 900), (390, 844)


class Opened:
    """A page that is open, what it asked for beside itself, and what was wrong in it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.asked: list[str] = []
        self.wrong: list[str] = []
        page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url) if request.url != address else None)
        page.route("**/*", lambda route: route.continue_() if route.request.url == address else route.abort())
        page.goto(address)

    def assert_clean(self) -> None:
        """Nothing was asked for, and nothing was wrong."""
        assert not self.asked, self.asked
        assert not self.wrong, self.wrong

    def violations(self, within: str | None = None) -> list[str]:
        """What axe finds that is serious or critical, a line each; ``within`` an element by selector."""
        from axe_playwright_python.sync_playwright import Axe

        # The checker is run from outside of the page, whose policy would not let it in.
        found = Axe().run(self.page, context=within).response["violations"]
        return [
            f"{each['id']}: {node['html'][:200]}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]


def spoken(page: Any, selector: str) -> str:
    """What is said in a page's element, with plain spaces."""
    return as_read(str(page.text_content(selector)))


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(started: Any, path: Path, size: tuple[int, int] = WIDE, **context: Any) -> Iterator[Opened]:
    """A page from its file, in a window of some size; ``context`` as Playwright's ``new_context`` takes it."""
    width, height = size
    within = started.new_context(viewport={"width": width, "height": height}, offline=True, **context)
    try:
        yield Opened(within.new_page(), path.absolute().as_uri())
    finally:
        within.close()
