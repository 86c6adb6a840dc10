"""Pages in headless Firefox, by the protocol (Marionette) that every Firefox speaks; Playwright needs one of 143 or later."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FIREFOX = next((found for name in ("firefox", "firefox-esr") if (found := shutil.which(name))), None)
needs_firefox = pytest.mark.skipif(
    FIREFOX is None, reason="no Firefox on this machine (CONTRIBUTING.md says where it is found)"
)
_WAIT = 60.0
# The network is shut but for files: whatever goes elsewhere goes to a proxy that is not there.
_PREFERENCES = {
    "marionette.port": 0, "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False, "browser.shell.checkDefaultBrowser": False, "browser.aboutwelcome.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False, "browser.startup.page": 0,
}  # fmt: skip
_WRONG = """
return Services.console.getMessageArray()
  .filter((said) => said instanceof Ci.nsIScriptError && said.sourceName.startsWith(arguments[0]))
  .map((said) => said.errorMessage);
"""


class Firefox:
    """A Firefox with one page."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_WAIT)
        self._stream = self._socket.makefile("rb")
        self._asked = 0
        self._receive()
        self._ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"unhandledPromptBehavior": "ignore"}}})
        self._ask("WebDriver:SetTimeouts", {"script": 1000 * _WAIT, "pageLoad": 1000 * _WAIT})
        self.address = ""

    def _receive(self) -> Any:
        length = b""
        while (letter := self._stream.read(1)) != b":":
            if not letter:
                raise EOFError("Firefox has ended")
            length += letter
        return json.loads(self._stream.read(int(length)))

    def _ask(self, command: str, given: dict[str, Any]) -> Any:
        self._asked += 1
        text = json.dumps([0, self._asked, command, given]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, answer = self._receive()
        if error is not None:
            raise RuntimeError(f"{command}: {error['message']}")
        return answer["value"] if isinstance(answer, dict) and set(answer) == {"value"} else answer

    def goto(self, path: Path) -> None:
        self.address = path.absolute().as_uri()
        self._ask("WebDriver:Navigate", {"url": self.address})

    def run(self, script: str, *given: Any) -> Any:
        """What a script returns that is run in the page."""
        return self._ask("WebDriver:ExecuteScript", {"script": script, "args": given})

    def until(self, condition: str) -> None:
        """Wait until an expression holds in the page."""
        limit = time.monotonic() + _WAIT
        while not self.run(f"return Boolean({condition});"):
            if time.monotonic() > limit:
                raise TimeoutError(f"{condition} never came to hold")
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        """The text as it is read: a space that does not break a line is a space."""
        found = self.run("return document.querySelector(arguments[0]).textContent;", selector)
        return str(found).replace("\N{NO-BREAK SPACE}", " ")

    def slide(self, selector: str, value: float) -> None:
        self.run(
            "const slider = document.querySelector(arguments[0]); slider.value = arguments[1];"
            "for (const kind of ['input', 'change']) slider.dispatchEvent(new Event(kind, { bubbles: true }));",
            selector,
            value,
        )

    def wrong(self) -> list[str]:
        """Errors and warnings of the page, of its policy's too."""
        self._ask("Marionette:SetContext", {"value": "chrome"})
        try:
            return list(self._ask("WebDriver:ExecuteScript", {"script": _WRONG, "args": [self.address]}))
        finally:
            self._ask("Marionette:SetContext", {"value": "content"})

    def close(self) -> None:
        self._ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._stream.close()
        self._socket.close()


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A headless Firefox with a profile of its own."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [
        str(FIREFOX),
        "--headless",
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(profile),
    ]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = Firefox(_port_of(profile, started))
        yield found
        found.close()
        started.wait(_WAIT)
    finally:
        started.kill()
        started.wait()


def _port_of(profile: Path, started: subprocess.Popen[bytes]) -> int:
    """The port that Firefox writes into its profile once it listens."""
    limit = time.monotonic() + _WAIT
    while time.monotonic() < limit and started.poll() is None:
        place = profile / "MarionetteActivePort"
        if place.exists() and (text := place.read_text(encoding="utf-8").strip()):
            return int(text)
        time.sleep(0.05)
    raise TimeoutError("Firefox did not begin to listen")
