"""Folders that programs write: whole or not at all, and what is somebody else's stays."""

from __future__ import annotations

import errno
import fcntl
import gc
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import psutil
import pytest

from experiments.command.folder import MANIFEST, Assembly, Manifest, check_place, expanded, place_with_room, scratch
from experiments.command.interrupts import Interrupted, interruptible, uninterrupted
from sim.fields import InputError
from sim.temporaries import mark

HOST = mark().partition("-")[0]
DEAD = f"{HOST}-4194305-1"  # above the largest process number there can be
PARENT = f"{HOST}-{os.getppid()}-{int(psutil.Process(os.getppid()).create_time())}"
ELSEWHERE = f"{'0' * 8}-4194305-1"


def written(place: Path, kind: str = "study", **files: str) -> Path:
    """A folder put in place with these files (``__`` for ``/``, ``.txt`` added)."""
    with Assembly(place, kind) as temporary:
        for name, text in files.items():
            path = temporary / f"{name.replace('__', '/')}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return place


def content(place: Path) -> dict[str, str]:
    """Text by path of all files but the manifest."""
    return {
        path.relative_to(place).as_posix(): path.read_text()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def refused(action: Callable[[], object], *words: str) -> None:
    with pytest.raises(InputError) as error:
        action()
    for word in words:
        assert word in str(error.value), error.value
    assert len(str(error.value)) < 500


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    place = written(tmp_path / "study", a="first", figures__one="drawn")
    with pytest.raises(FileNotFoundError), Assembly(place, "study") as temporary:
        (temporary / "nowhere" / "a").write_text("second")
    assert content(place) == {"a.txt": "first", "figures/one.txt": "drawn"}
    written(place, b="third")
    assert content(place) == {"b.txt": "third"}
    assert [path.name for path in tmp_path.iterdir()] == ["study"]
    assert {path.name for path in place.iterdir()} == {"b.txt", MANIFEST}


def test_what_is_somebody_elses_stays_when_a_folder_is_renewed(tmp_path: Path) -> None:
    place = written(tmp_path / "study", a="first", figures__one="drawn")
    (place / "notes.md").write_text("mine")
    (place / "figures" / "mine.svg").write_text("my figure")
    (place / "own" / "deep").mkdir(parents=True)
    (place / "own" / "deep" / "data.csv").write_text("1,2")
    (place / "empty").mkdir()
    (place / "link").symlink_to("nowhere")
    os.mkfifo(place / "pipe")
    inode = (place / "notes.md").stat().st_ino
    written(place, a="second")
    assert content(place) == {
        "a.txt": "second", "notes.md": "mine", "figures/mine.svg": "my figure", "own/deep/data.csv": "1,2",
    }  # fmt: skip
    assert (place / "notes.md").stat().st_ino == inode
    assert (place / "empty").is_dir()
    assert os.readlink(place / "link") == "nowhere"
    assert (place / "pipe").is_fifo()
    assert set(Manifest.read(place).files) == {"a.txt"}
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_where_files_have_one_name_only_they_are_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "not here")

    place = written(tmp_path / "study", a="first")
    (place / "own").mkdir()
    (place / "own" / "notes.md").write_text("mine")
    monkeypatch.setattr(os, "link", fail)
    written(place, a="second")
    assert content(place) == {"a.txt": "second", "own/notes.md": "mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_what_is_changed_while_the_folder_is_renewed_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the last look at the old folder and its removal."""
    place = written(tmp_path / "study", a="first")
    (place / "notes.md").write_text("mine")
    clear = Assembly._clear

    def change_and_clear(assembly: Assembly, former: Path) -> None:
        (former / "a.txt").write_text("edited just now")
        (former / "notes.md").unlink()
        (former / "notes.md").write_text("mine, saved just now")
        (former / "new.md").write_text("new")
        clear(assembly, former)

    monkeypatch.setattr(Assembly, "_clear", change_and_clear)
    written(place, a="second")
    assert content(place) == {
        "a.txt": "second", "a.1.txt": "edited just now", "notes.md": "mine", "notes.1.md": "mine, saved just now",
        "new.md": "new",
    }  # fmt: skip


def test_a_folder_without_our_mark_is_not_written_to(tmp_path: Path) -> None:
    place = tmp_path / "validation"
    place.mkdir()
    (place / "source.py").write_text("precious")
    refused(lambda: written(place, a="x"), str(place), "somebody else's files", "results=DIR")
    assert content(place) == {"source.py": "precious"}
    (place / "source.py").unlink()
    assert content(written(place, a="x")) == {"a.txt": "x"}  # an empty folder is nobody's


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "{",
        "[]",
        '{"groundswell": 1, "files": {}}',
        '{"files": {}}',
        '{"groundswell": "study", "files": {"../x": ""}}',
    ],
)
def test_a_mark_that_is_none_of_ours(tmp_path: Path, mark: str) -> None:
    place = tmp_path / "study"
    place.mkdir()
    (place / MANIFEST).write_text(mark)
    refused(lambda: written(place, a="x"), "none of our programs made it")
    assert (place / MANIFEST).read_text() == mark


def test_a_folder_of_another_kind_is_not_written_over(tmp_path: Path) -> None:
    place = written(tmp_path / "study", a="x")
    refused(lambda: written(place, "validation", a="y"), "is the folder of a study")
    assert content(place) == {"a.txt": "x"}


def test_a_changed_file_of_ours_is_named_and_not_written_over(tmp_path: Path) -> None:
    place = written(tmp_path / "study", a="x", b="y", c="z")
    (place / "b.txt").write_text("edited")
    (place / "c.txt").unlink()  # what is gone is made anew
    refused(lambda: written(place, a="x2", b="y2", c="z2"), "b.txt changed since")
    assert content(place) == {"a.txt": "x", "b.txt": "edited"}
    (place / "b.txt").rename(tmp_path / "edited")
    assert content(written(place, a="x2", b="y2", c="z2")) == {"a.txt": "x2", "b.txt": "y2", "c.txt": "z2"}


def test_a_name_that_is_taken_by_somebody_else(tmp_path: Path) -> None:
    place = written(tmp_path / "study", a="x")
    (place / "b.txt").write_text("mine")
    refused(lambda: written(place, b="y"), "b.txt is not ours and in the way")
    assert content(place) == {"a.txt": "x", "b.txt": "mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_names_with_patterns_in_them(tmp_path: Path) -> None:
    for name in ("**", "[a]*", "x" * 100):
        assert content(written(written(tmp_path / name, a="1"), a="2")) == {"a.txt": "2"}


# What was killed


def test_what_a_killed_program_left_is_swept_up_or_put_back(tmp_path: Path) -> None:
    for ending in ("new", "old"):
        written(tmp_path / "made", a=ending).rename(tmp_path / f".study.{DEAD}.{ending}")
    (tmp_path / f".study.{DEAD}.old" / "notes.md").write_text("mine")
    others = [f".study.{ELSEWHERE}.new", f".study.{PARENT}.new", ".study.mine.old", ".study"]
    for name in others:
        (tmp_path / name).mkdir()
    with pytest.raises(FileNotFoundError), Assembly(tmp_path / "study", "study") as temporary:
        (temporary / "nowhere" / "a").write_text("second")
    assert content(tmp_path / "study") == {"a.txt": "old", "notes.md": "mine"}
    assert {path.name for path in tmp_path.iterdir()} == {"study", *others}


def test_what_was_not_moved_yet_when_a_program_was_killed_is_moved(tmp_path: Path) -> None:
    """Killed between the second renaming and the removal of the former folder."""
    written(tmp_path / "made", a="old").rename(tmp_path / f".study.{DEAD}.old")
    (tmp_path / f".study.{DEAD}.old" / "notes.md").write_text("mine")
    place = written(tmp_path / "study", a="new")
    assert content(place) == {"a.txt": "new", "notes.md": "mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def killed(place: Path, at: int) -> int:
    """Renew a folder in a process of its own that is killed before its ``at``-th change of the file system; its status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    gc.disable()  # what other threads hold, or wait for, is not here
    steps = 0

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return call

    for name in ("rename", "unlink", "rmdir", "link", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    try:
        written(place, a="new", b="new")
        status = 0 if content(place)["a.txt"] == "new" else 1
    except BaseException:
        status = 2
    os._exit(status)


def test_killed_at_any_step_there_is_the_old_or_the_new_folder_and_nothing_is_lost(tmp_path: Path) -> None:
    at, status = 1, signal.SIGKILL.value
    while status == signal.SIGKILL:
        place = written(tmp_path / str(at) / "study", a="old", b="old")
        (place / "notes.md").write_text("mine")
        status = killed(place, at)
        with pytest.raises(ZeroDivisionError), Assembly(place, "study"):
            raise ZeroDivisionError  # what comes next sweeps up and writes nothing
        found = content(place)
        assert found.pop("notes.md") == "mine"
        assert found in ({"a.txt": "old", "b.txt": "old"}, {"a.txt": "new", "b.txt": "new"})
        assert [path.name for path in place.parent.iterdir()] == ["study"]
        at += 1
    assert status == 0
    assert at > 8


def test_scratch_of_killed_programs_is_swept_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = ["groundswell-mine", f"groundswell-{ELSEWHERE}-abc", f"groundswell-{PARENT}-abc"]
    for name in (f"groundswell-{DEAD}-abc", *others):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    with scratch() as place:
        assert place.parent == tmp_path
        assert {path.name for path in tmp_path.iterdir()} == {place.name, *others}
    assert {path.name for path in tmp_path.iterdir()} == set(others)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    refused(lambda: scratch().__enter__(), "TMPDIR")


# Being told to stop


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_wait_until_what_must_be_whole_is_done(number: signal.Signals, code: int) -> None:
    done = []

    def whole() -> None:
        with interruptible(), uninterrupted():
            os.kill(os.getpid(), number)
            done.append(True)

    with pytest.raises(Interrupted) as stop:
        whole()
    assert done
    assert stop.value.exit_code == code
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_who_waits_for_another_program_can_be_told_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been stopped itself, by Ctrl-Z, in the middle of putting its folder in place."""
    waits, waited = 0, False

    def wait(*_: object) -> None:
        nonlocal waits, waited
        waits += 1
        if waits == 2:  # the first was to sweep up
            os.kill(os.getpid(), signal.SIGINT)
            waited = True

    monkeypatch.setattr(fcntl, "flock", wait)
    with pytest.raises(Interrupted), interruptible():
        written(tmp_path / "study", a="new")
    assert waits == 2 and not waited
    assert not list(tmp_path.iterdir())


def told_twice(at: int) -> tuple[bool, int]:
    """Tell a process to stop that is told so already, at the ``at``-th step of how it takes the first; whether there was one, and
    its status."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        return not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0), status
    gc.disable()  # what other threads hold, or wait for, is not here
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(20)
    steps = 0

    def step(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        is_first = frame.f_code.co_name == "_interrupt"
        steps += is_first or steps > 0
        if steps == at:
            os.kill(os.getpid(), signal.SIGTERM)
        if is_first and event == "return":
            sys.setprofile(None)

    code = 1
    try:
        with interruptible():
            sys.setprofile(step)
            os.kill(os.getpid(), signal.SIGHUP)
    except Interrupted as told:
        code = told.exit_code
    sys.setprofile(None)
    os._exit(code if steps >= at else 0)


def test_two_signals_at_once_end_a_program() -> None:
    """As a service manager sends SIGTERM and SIGHUP: the second comes while the first is being taken."""
    at, is_second = 1, True
    while is_second:
        is_second, status = told_twice(at)
        assert os.WIFEXITED(status) and os.WEXITSTATUS(status) in (0, 128 + signal.SIGTERM, 128 + signal.SIGHUP), at
        at += 1
    assert at > 3


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, former)


# Places


def test_places_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    refused(lambda: check_place(str(tmp_path / "file")), "results must be a folder", "file is no folder")
    refused(lambda: check_place(str(tmp_path / "file" / "below")), "is no folder")
    refused(lambda: check_place(str(tmp_path / ("x" * 256))), "at most 255")
    refused(lambda: check_place(str(tmp_path) + "/x" * 2000), "at most 3896 letters")
    refused(lambda: expanded(""), "must name a folder")
    refused(lambda: expanded("~nobody-of-this-name/x"), "nobody's home")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert expanded("~/x") == str(tmp_path / "home" / "x")
    check_place(expanded("~/x"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_place_without_room_or_right_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError), place_with_room(str(tmp_path / "a" / "b"), 1000):
        raise ZeroDivisionError
    assert not (tmp_path / "a").exists()
    for number, words in (
        (errno.ENOSPC, "must have room for about 5 MB"),
        (errno.EROFS, "must be a folder that can be written"),
    ):

        def fail(*_: object, number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "posix_fallocate", fail)
        refused(lambda: place_with_room(str(tmp_path / "a"), 5_000_000).__enter__(), words, os.strerror(number))
        assert not (tmp_path / "a").exists()
    monkeypatch.setattr(os, "access", lambda *_: False)
    refused(lambda: check_place(str(tmp_path)), "can be written to")
