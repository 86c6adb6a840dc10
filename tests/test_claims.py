"""Who simulates what: claims of the living stand, those of the dead are free, whatever clocks show."""

from __future__ import annotations

import errno
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.study import claims as room
from sim.study.claims import Claims
from tests.processes import begun
from tests.test_command_line import ROOT

TAKE = """
import sys, time
from pathlib import Path
from sim.study.claims import Claims
claims = Claims(Path(sys.argv[1]), beat=0.05)
print(claims.take("a"), flush=True)
time.sleep(60)
"""


class Watch:
    """A monotonic clock that is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def elsewhere(folder: Path, name: str = "a") -> tuple[Path, str]:
    """A claim of a process of another host: its sign of life, and who it is."""
    owner = "00000000-4711-1795000000-0a0b0c0d"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.claim").write_text(f"{owner} on another")
    sign = folder / f"{owner}.alive"
    sign.touch()
    return sign, f"{owner} on another"


def test_what_is_claimed_is_nobody_elses(tmp_path: Path) -> None:
    one, other = Claims(tmp_path / "claims"), Claims(tmp_path / "claims")
    assert one.take("a") and one.take("b")
    assert not other.take("a") and not one.take("a")
    assert other.names() == ["a", "b"]
    assert other.holder("a") == f"process {os.getpid()} on {socket.gethostname()}" and other.holder("c") is None
    other.release("a")  # not its own
    assert not other.take("a")
    one.release("a")
    assert other.take("a") and not one.take("a")
    one.release("b")
    other.release("a")
    assert not list((tmp_path / "claims").iterdir())


def test_of_many_who_want_it_one_gets_it(tmp_path: Path) -> None:
    for round_ in range(20):
        all_ = [Claims(tmp_path) for _ in range(8)]
        got: list[int] = []
        start = threading.Barrier(8, timeout=60)

        def want(i: int, all_: list[Claims] = all_, got: list[int] = got, start: threading.Barrier = start) -> None:
            start.wait()
            if all_[i].take("a"):
                got.append(i)

        threads = [threading.Thread(target=want, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1, round_
        all_[got[0]].release("a")


def test_the_claim_of_a_process_that_died_here_is_free_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKE, str(tmp_path)]
    with begun(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "True\n"
        claims = Claims(tmp_path)
        assert claims.holder("a") == f"process {process.pid} on {socket.gethostname()}"
        assert not claims.take("a")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert claims.names() == ["a"]
    assert claims.take("a")
    claims.sweep()
    claims.release("a")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_living_owner_keeps_its_claim_whatever_its_clock_shows(hours: int, tmp_path: Path, watch: Watch) -> None:
    sign, _ = elsewhere(tmp_path)
    claims = Claims(tmp_path)
    for beat in range(40):
        os.utime(sign, (time.time() + 3600 * hours + 15 * beat,) * 2)
        claims.sweep()
        assert not claims.take("a")
        watch.now += room.PATIENCE - 1


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_silent_owner_loses_its_claim_after_a_while(hours: int, tmp_path: Path, watch: Watch) -> None:
    sign, owner = elsewhere(tmp_path)
    os.utime(sign, (time.time() + 3600 * hours,) * 2)
    claims = Claims(tmp_path)
    assert claims.holder("a") == "process 4711 on another"
    watch.now += room.PATIENCE - 1
    assert not claims.take("a")
    watch.now += 2
    assert claims.take("a")
    assert (tmp_path / "a.claim").read_text() != owner


@pytest.mark.parametrize("text", ["", "nonsense", "00000000-4711-1795000000-0a0b0c0d on ../..", "../../x-1-1-00000000"])
def test_a_claim_of_nobody_is_free_after_a_while(text: str, tmp_path: Path, watch: Watch) -> None:
    (tmp_path / "a.claim").write_text(text)
    claims = Claims(tmp_path)
    assert not claims.take("a")
    watch.now += room.PATIENCE + 1
    assert claims.take("a")


def test_a_claim_that_was_taken_over_meanwhile_is_not_lost(tmp_path: Path) -> None:
    """Two who find the same claim dead: the second finds the first one's in its place, and lets it be."""
    _, dead = elsewhere(tmp_path)
    (tmp_path / "a.claim").unlink()
    first, second = Claims(tmp_path), Claims(tmp_path)
    assert first.take("a")
    mine = (tmp_path / "a.claim").read_text()
    second._clear("a", dead)
    assert (tmp_path / "a.claim").read_text() == mine
    assert not second.take("a")
    first.release("a")


def test_an_empty_claim_that_has_just_been_made_is_none_that_was_left_long_ago(tmp_path: Path, watch: Watch) -> None:
    """Whoever makes a claim writes into it a moment later."""
    claims = Claims(tmp_path)
    (tmp_path / "a.claim").touch()
    assert not claims.take("a")
    watch.now += room.PATIENCE + 1
    (tmp_path / "b.claim").touch()
    assert not claims.take("b")
    assert claims.take("a")


def _refusing(monkeypatch: pytest.MonkeyPatch, name: str, ending: str) -> None:
    """A file system that refuses to do something to files of a kind."""
    usual = getattr(Path, name)

    def refuse(path: Path, *given: Any, **named: Any) -> Any:
        if path.suffix == ending:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))
        return usual(path, *given, **named)

    monkeypatch.setattr(Path, name, refuse)


@pytest.mark.parametrize("refused", ["rename", "read_text"])
def test_a_claim_of_the_dead_that_cannot_be_removed_or_read_is_in_nobodys_way(
    refused: str, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one would wait for it for ever, without a word."""
    elsewhere(tmp_path)
    claims = Claims(tmp_path)
    _refusing(monkeypatch, refused, ".claim")
    assert not claims.take("a") and claims.holder("a") is not None
    watch.now += room.PATIENCE + 1
    assert claims.take("a")


def test_what_one_could_not_give_up_is_still_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = Claims(tmp_path)
    assert claims.take("a") and claims.take("b")
    with monkeypatch.context() as patch:
        _refusing(patch, "unlink", ".claim")
        claims.release("a")
    assert claims.take("a") and not claims.take("a")
    claims.release("a")
    assert claims.names() == ["b"]
    claims.release("b")


def test_ctrl_c_while_something_is_claimed_leaves_no_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that lives on would be waited for for ever, by itself too."""
    claims, create = Claims(tmp_path), Claims._create

    def interrupted(self: Claims, name: str) -> bool:
        create(self, name)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Claims, "_create", interrupted)
        with pytest.raises(KeyboardInterrupt):
            claims.take("a")
    assert not list(tmp_path.iterdir())
    assert Claims(tmp_path).take("a")


def test_a_claim_for_which_there_is_no_room_is_not_left_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Path.open

    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:
        usual(path, mode, *given, **named).close()
        return Full()

    claims = Claims(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        assert claims.take("a")
    assert not claims.names()
    claims.release("a")


def test_signs_of_life_are_given_while_there_are_claims(tmp_path: Path) -> None:
    claims = Claims(tmp_path, beat=0.01)
    assert claims.take("a")
    (sign,) = tmp_path.glob("*.alive")
    first, deadline = sign.stat().st_mtime_ns, time.monotonic() + 30
    while sign.stat().st_mtime_ns == first and time.monotonic() < deadline:
        time.sleep(0.005)
    assert sign.stat().st_mtime_ns > first
    claims.release("a")
    deadline = time.monotonic() + 30
    while list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_everything_is_anybodys(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    claims = Claims(tmp_path / "file" / "claims")
    assert claims.take("a")
    claims.release("a")
    claims.sweep()


def test_what_was_left_long_ago_is_swept_up(tmp_path: Path) -> None:
    sign, _ = elsewhere(tmp_path)
    claims = Claims(tmp_path)
    claims.sweep()
    assert claims.names() == ["a"]
    os.utime(sign, (time.time() - 8 * 86_400,) * 2)
    claims.sweep()
    assert not list(tmp_path.iterdir())
