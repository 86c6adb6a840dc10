"""Claims: who simulates what at the moment, so that those who share a ledger do not do the same twice.

A claim is a file under the name of what is claimed, which says whose it is; an owner touches a file of its own every few seconds
for as long as it has claims. A claim whose owner has died on this host is free at once; one of another host is free when the
owner's file has stayed as it is for long enough by the watch of whoever waits for it. Clocks of hosts are never compared. Claims
are advice: where one is lost, or cannot be written, a run is simulated twice and its record replaced by the same.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from sim.temporaries import FORGOTTEN, MARK, is_of_the_dead, mark, now_in, sweep, temporary_for

BEAT, PATIENCE = 15.0, 180.0
"""Seconds from one sign of life to the next, and without one until an owner counts as dead."""
_OWNER = re.compile(rf"(({MARK})-[0-9a-f]{{8}}) on (.*)")
_SIGN = re.compile(rf"{MARK}-[0-9a-f]{{8}}")
_CLAIM, _ALIVE = ".claim", ".alive"


class Claims:
    """Claims in a folder, which is made with the first. ``beat`` and ``patience`` are in seconds."""

    def __init__(self, folder: Path, beat: float = BEAT, patience: float = PATIENCE) -> None:
        self.folder = folder
        self.beat, self.patience = beat, patience
        self._me = "nobody"
        self._held: set[str] = set()
        self._stop = threading.Event()
        self._seen: dict[str, tuple[int | None, float]] = {}
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Claim something; False where it is somebody else's who is alive, or already one's own."""
        with self._lock:
            if name in self._held:
                return False
            if not self._held:
                self._begin()
            self._held.add(name)
        try:
            if self._create(name) or self._take_over(name):
                return True
        except OSError:  # no claims here: what cannot be claimed is anybody's
            return True
        except BaseException:
            self.release(name)
            raise
        self.release(name)
        return False

    def release(self, name: str) -> None:
        """Give up a claim, if it is one's own."""
        with suppress(OSError):
            if self._owner(name) == self._me:
                self._path(name).unlink(missing_ok=True)
        with self._lock:
            self._held.discard(name)
            if not self._held:
                self._stop.set()
                with suppress(OSError):
                    self._sign_of(self._me).unlink(missing_ok=True)

    def holder(self, name: str) -> str | None:
        """Who has a claim, in words; None where nobody has who is alive, and then nobody's claim is in the way any more."""
        owner = self._owner(name)
        if owner is None:
            return None
        if self._is_alive(name, owner):
            return _in_words(owner)
        self._clear(name, owner)
        return None

    def names(self) -> list[str]:
        """What is claimed."""
        try:
            return sorted(name.removesuffix(_CLAIM) for name in os.listdir(self.folder) if name.endswith(_CLAIM))
        except OSError:
            return []

    def sweep(self) -> None:
        """Remove what dead processes of this host left, and what others left long ago."""
        sweep(self.folder)
        names = self.names()
        with suppress(OSError):
            signs = {path.stem: path for path in self.folder.glob(f"*{_ALIVE}") if _SIGN.fullmatch(path.stem)}
            dead = {sign for sign in signs if is_of_the_dead(sign.rpartition("-")[0])}
            if len(signs) > len(dead):
                latest = now_in(self.folder) - FORGOTTEN
                dead |= {sign for sign, path in signs.items() if path.stat().st_mtime < latest}
            for name in names:
                owner = self._owner(name)
                if owner is not None and (owner.partition(" ")[0] in dead or _is_dead_here(owner)):
                    self._clear(name, owner)
            for sign in dead:
                signs[sign].unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_CLAIM}"

    def _sign_of(self, owner: str) -> Path:
        return self.folder / f"{owner.partition(' ')[0]}{_ALIVE}"

    def _begin(self) -> None:
        """Be known, and give signs of life."""
        self._me = f"{mark()}-{secrets.token_hex(4)} on {socket.gethostname()}"
        sign = self._sign_of(self._me)
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            sign.touch()
        self._stop = threading.Event()
        threading.Thread(target=_live, args=(sign, self.beat, self._stop), daemon=True).start()

    def _create(self, name: str) -> bool:
        path = self._path(name)
        try:
            file = path.open("x")
        except FileExistsError:
            return False
        try:
            with file:
                file.write(self._me)
        except OSError:  # such as a full disk: nobody's claim would be in everybody's way
            path.unlink(missing_ok=True)
            raise
        return True

    def _take_over(self, name: str) -> bool:
        """Claim what the dead have claimed; also where their claim cannot be removed, or one's own could not be."""
        owner = self._owner(name)
        if owner == self._me:
            return True
        if self.holder(name) is not None:
            return False
        return self._create(name) or (owner is not None and self._owner(name) == owner)

    def _owner(self, name: str) -> str | None:
        """Whose a claim is, as it says, and nothing where that may not be read; None where there is no claim."""
        try:
            return self._path(name).read_text(errors="replace")
        except FileNotFoundError:
            return None
        except OSError:
            return ""

    def _is_alive(self, name: str, owner: str) -> bool:
        if owner == self._me:
            return True
        if _is_dead_here(owner):
            return False
        is_told = _OWNER.fullmatch(owner) is not None
        sign, now = _modified(self._sign_of(owner) if is_told else None), time.monotonic()
        whose = owner if is_told else f"{name} {owner}"  # others that do not tell need not be the same one's
        with self._lock:
            before = self._seen.get(whose)
            if before is None or before[0] != sign:
                self._seen[whose] = (sign, now)
                return True
            return now - before[1] < self.patience

    def _clear(self, name: str, owner: str) -> None:
        """Remove a claim of the dead; one that somebody else has made of it meanwhile is put back."""
        path = self._path(name)
        aside = temporary_for(path)
        with suppress(OSError):
            path.rename(aside)
            if aside.read_text(errors="replace") != owner:
                with suppress(FileExistsError):
                    os.link(aside, path)
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _is_dead_here(owner: str) -> bool:
    found = _OWNER.fullmatch(owner)
    return found is not None and is_of_the_dead(found[2])


def _in_words(owner: str) -> str:
    found = _OWNER.fullmatch(owner)
    return f"process {owner.split('-')[1]} on {found[3]}" if found else "somebody"


def _modified(path: Path | None) -> int | None:
    """When a file was last touched; it is opened, which on a network makes sure that it is what others see."""
    if path is None:
        return None
    with suppress(OSError), path.open() as file:
        return os.fstat(file.fileno()).st_mtime_ns
    return None


def _live(sign: Path, beat: float, stop: threading.Event) -> None:
    while not stop.wait(beat):
        with suppress(OSError):
            sign.touch()
    with suppress(OSError):
        sign.unlink(missing_ok=True)
