"""Records in packs: found whatever happens while they are put there, and whatever has happened to the files since."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.fields import InputError, build
from sim.run import Run
from sim.study import ledger as ledgers
from sim.study import packs
from sim.study.ledger import Ledger, LedgerWarning
from sim.study.records import about, outcomes
from tests.test_ledger import WORLD, assert_same

KEYS = [sha256(str(i).encode()).hexdigest() for i in range(24)]


@pytest.fixture(autouse=True)
def _no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="module")
def run() -> Run:
    return sim.simulate(WORLD)


@pytest.fixture
def ledger(tmp_path: Path, run: Run) -> Ledger:
    found = Ledger(tmp_path / "ledger")
    for key in KEYS:
        found.keep(key, run)
    return found


def found(place: Ledger, said: list[str] | None = None) -> list[str]:
    """Keys of which a fresh reader finds the record."""
    fresh = Ledger(place.directory, (said if said is not None else []).append)
    return [key for key in KEYS if next(fresh._copies(key), None) is not None]


def packed(place: Ledger) -> list[Path]:
    return sorted(place.directory.glob("packs/*.pack"))


def test_runs_in_packs_are_found(ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "RUNS", 10)
    assert ledger.consolidate() == (24, 3, 0)
    assert not list(ledger.singles()) and len(packed(ledger)) == 3
    for key in KEYS:
        kept = ledger.find(key, run.world, run.branch)
        assert kept is not None
        assert_same(kept, run)
    assert found(ledger) == KEYS
    assert ledger.find("ab" * 32, run.world, run.branch) is None
    assert ledger.consolidate() == (0, 0, 0)


def test_a_record_says_its_world_and_branch(ledger: Ledger, run: Run) -> None:
    ledger.consolidate()
    content = next(ledger.packs.copies(KEYS[3]))
    said = about(content)
    assert said.key == KEYS[3] and said.size == len(content)
    assert build(sim.World, said.world) == run.world
    assert build(sim.Branch, said.branch) == run.branch
    pd.testing.assert_series_equal(pd.Series(outcomes(content)), run.outcomes, check_names=False)


def test_packs_are_made_where_it_pays(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "RUNS", 10)
    monkeypatch.setattr(ledgers, "_CROWD", 1)
    ledger = Ledger(tmp_path)
    for i, key in enumerate(KEYS):
        ledger.keep(key, run)
        assert (len(packed(ledger)), len(list(ledger.singles()))) == divmod(i + 1, 10)
    assert found(ledger) == KEYS


def test_all_are_counted_when_one_folder_has_eight(ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "RUNS", 4)
    for i in range(7):
        ledger.keep(f"00{i:062x}", run)
    assert not packed(ledger)
    ledger.keep(f"00{7:062x}", run)
    assert packed(ledger)


def test_large_records_stay_by_themselves(ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "_LARGEST", 1000)
    assert ledger.consolidate() == (0, 0, 0)
    monkeypatch.undo()
    monkeypatch.setattr(ledgers, "BYTES", 1)
    assert ledger.consolidate() == (24, 24, 0)
    assert found(ledger) == KEYS


# Ended at any moment


def _steps(monkeypatch: pytest.MonkeyPatch, at: Callable[[int], None]) -> None:
    """Call ``at`` with the number of each step on disk, before it is done."""
    done = 0

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal done
            done += 1
            at(done)
            return original(*given, **named)

        return call

    for place, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (packs, "_index"), (Path, "open")):
        monkeypatch.setattr(place, name, counted(getattr(place, name)))


def test_killed_at_any_step_every_run_is_still_found(
    ledger: Ledger, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "RUNS", 7)
    step = 0
    while True:
        step += 1
        copy = Ledger(shutil.copytree(ledger.directory, tmp_path / str(step)))
        child = os.fork()
        if not child:
            _steps(monkeypatch, lambda n, last=step: os._exit(9) if n == last else None)
            copy.consolidate()
            os._exit(0)
        ended = os.waitpid(child, 0)[1]
        said: list[str] = []
        assert found(copy, said) == KEYS and not said
        if ended == 0:
            break
    assert step > 40 and not list(copy.singles()) and len(packed(copy)) == 4


def test_a_disk_that_is_full_at_any_step_loses_nothing(
    ledger: Ledger, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0

    def full(step: int) -> Callable[[int], None]:
        def at(n: int) -> None:
            nonlocal steps
            steps = n
            if n == step:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return at

    for step in range(1, 100):
        copy = Ledger(shutil.copytree(ledger.directory, tmp_path / str(step)))
        with monkeypatch.context() as patch:
            patch.setattr(ledgers, "RUNS", 7)
            _steps(patch, full(step))
            try:
                copy.consolidate()
            except InputError as error:
                assert "No space left on device" in str(error)
        assert found(copy) == KEYS
        assert not list(copy.directory.rglob(".*"))
        if steps < step:
            break
    assert step > 40 and not list(copy.singles())


def test_packing_by_itself_on_a_full_disk_ends_no_study(
    ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "RUNS", 4)
    monkeypatch.setattr(ledgers, "_CROWD", 1)

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ledgers, "write_pack", full)
    with pytest.warns(LedgerWarning, match="No space left on device"):
        ledger.keep("ab" * 32, run)
    assert ledger.find("ab" * 32, run.world, run.branch) is not None


def test_a_reader_never_sees_a_run_vanish(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While records go into packs, and packs into others."""
    monkeypatch.setattr(ledgers, "RUNS", 5)
    for round_ in range(10):
        copy = Ledger(shutil.copytree(ledger.directory, tmp_path / str(round_)))
        done, missed = threading.Event(), list[str]()

        def read(place: Path, done: threading.Event, missed: list[str]) -> None:
            reader = Ledger(place, missed.append)
            while not done.is_set():
                missed.extend(key for key in KEYS if next(reader._copies(key), None) is None)

        threads = [threading.Thread(target=read, args=(copy.directory, done, missed)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            copy.consolidate()
            _put_together(copy)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert not missed and len(packed(copy)) == 1


def _put_together(ledger: Ledger) -> None:
    """One pack replaces all."""
    former = ledger.packs.all()
    packs.write_pack(ledger.packs.folder, [record for pack in former for record in pack.records()])
    for pack in former:
        pack.path.unlink()


@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("step", range(4))
def test_a_pack_that_goes_before_it_is_read_is_sought_in_another(
    step: int, damaged: bool, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the last that goes, after which nothing more changes; and one found damaged, before its whole records are sought."""
    monkeypatch.setattr(ledgers, "RUNS", 8)
    ledger.consolidate()
    reader, reads = Ledger(ledger.directory, lambda _: None), 0
    usual = packs.Pack.read

    def read(pack: packs.Pack, at: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        if reads != step + 1:
            return usual(pack, at, size)
        content = usual(pack, at, size)
        with monkeypatch.context() as undisturbed:
            undisturbed.setattr(packs.Pack, "read", usual)
            _put_together(Ledger(ledger.directory))
        return content[::-1] if damaged else usual(pack, at, size)

    with monkeypatch.context() as patch:
        patch.setattr(packs.Pack, "read", read)
        assert [key for key in KEYS if next(reader._copies(key), None) is not None] == KEYS
    assert reads > len(KEYS) and len(packed(ledger)) == 1


def test_where_the_only_pack_goes_nothing_is_found(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.consolidate()
    (pack,) = packed(ledger)
    usual = packs.Pack.read

    def read(which: packs.Pack, at: int, size: int) -> bytes:
        pack.unlink(missing_ok=True)
        return usual(which, at, size)

    monkeypatch.setattr(packs.Pack, "read", read)
    assert list(ledger._copies(KEYS[0])) == []


def test_a_link_to_no_pack_is_said_once(ledger: Ledger) -> None:
    ledger.consolidate()
    link = ledger.packs.folder / "0.pack"
    link.symlink_to("nowhere")
    said: list[str] = []
    assert found(ledger, said) == KEYS
    assert said == [f"{link} is a link to no file: nothing in it is used."]
    fresh = Ledger(ledger.directory, said.append)
    assert list(fresh._copies("ab" * 32)) == []


def _before_a_pack_is_opened(
    monkeypatch: pytest.MonkeyPatch, number: int, happens: Callable[[Path], Any]
) -> Callable[[], bool]:
    """Something happens before the so-manieth time that a pack is opened; whether it has."""
    usual, times = packs.opened, 0

    def opened(path: Path) -> Any:
        nonlocal times
        times += 1
        if times == number:
            happens(path)
        return usual(path)

    monkeypatch.setattr(packs, "opened", opened)
    return lambda: times >= number


@pytest.mark.parametrize("left", [0, 2])
def test_a_pack_that_becomes_empty_while_it_is_read_is_damaged(
    left: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many of its records have been read."""
    ledger.consolidate()
    (pack,) = packed(ledger)
    reached = _before_a_pack_is_opened(monkeypatch, 2 + left, lambda path: path.write_bytes(b""))
    said: list[str] = []
    assert len(found(ledger, said)) == left and reached()
    assert len(said) == 1 and f"{pack} is damaged" in said[0]


def test_a_damaged_pack_that_becomes_empty_before_whole_records_are_sought(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.consolidate()
    (pack,) = packed(ledger)
    flipped(pack, pack.stat().st_size - 10)
    reached = _before_a_pack_is_opened(monkeypatch, 2, lambda path: path.write_bytes(b""))
    said: list[str] = []
    assert found(ledger, said) == [] and reached()
    assert len(said) == 1 and f"{pack} is damaged: 0 runs in it are whole" in said[0]


@pytest.mark.parametrize("does", ["remove", "consolidate"])
def test_a_pack_that_goes_while_it_is_put_into_another_is_somebody_elses(
    does: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.consolidate()
    (pack,) = packed(ledger)
    flipped(pack, pack.stat().st_size - 10)
    reached = _before_a_pack_is_opened(monkeypatch, 5, Path.unlink)
    again = Ledger(ledger.directory, lambda _: None)
    again.remove({KEYS[0]}) if does == "remove" else again.consolidate()
    assert reached() and not packed(ledger) and not list(ledger.packs.folder.iterdir())


def test_where_no_pack_can_be_written_the_sentence_says_why(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.consolidate()
    monkeypatch.setattr(packs, "put_in_place", lambda temporary, *_: temporary.rename("/nowhere/at/all"))
    with pytest.raises(InputError, match=r"packs \(No such file or directory\)"):
        ledger.remove({KEYS[0]})
    assert found(ledger) == KEYS


@pytest.mark.parametrize("are_packed", [False, True])
def test_what_is_packed_meanwhile_is_among_the_contents(
    are_packed: bool, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records that go into packs, and packs into one, while all are listed."""
    monkeypatch.setattr(ledgers, "RUNS", 8)
    if are_packed:
        ledger.consolidate()
    for step in range(0, 25, 4):
        place = shutil.copytree(ledger.directory, tmp_path / str(step))
        listing = Ledger(place).contents()
        keys = {stored.key for stored in islice(listing, step)}
        Ledger(place).consolidate()
        _put_together(Ledger(place))
        assert keys | {stored.key for stored in listing} == set(KEYS), step


def test_a_folder_that_goes_as_soon_as_something_is_kept_in_it(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path)
    monkeypatch.setattr(ledgers, "put_in_place", lambda _, __, path: shutil.rmtree(path.parent))
    ledger.keep(KEYS[0], run)
    assert ledger.kept == 1


# Packs that are not what was written


@pytest.fixture
def pack(ledger: Ledger) -> Path:
    ledger.consolidate()
    (path,) = packed(ledger)
    return path


def flipped(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 16
    path.write_bytes(content)


def test_wherever_a_bit_flips_whole_runs_are_found(ledger: Ledger, run: Run, pack: Path) -> None:
    content = pack.read_bytes()
    for at in [*range(0, len(content), len(content) // 20), *range(len(content) - 1300, len(content), 200)]:
        flipped(pack, at)
        said: list[str] = []
        here = found(ledger, said)
        if at < len(b"groundswell pack 1\n"):
            assert not here and len(said) == 1 and "nothing in it is used" in said[0]
        else:
            assert len(said) == 1, at
            in_index = at > len(content) - 24 * 48 - 100
            assert len(here) == (24 if in_index else 23), at
            assert f"{pack} is damaged: {len(here)} runs in it are whole and found" in said[0]
        pack.write_bytes(content)
    assert found(ledger) == KEYS


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99])
def test_what_is_left_of_a_pack_that_was_cut_off_is_found(share: float, ledger: Ledger, run: Run, pack: Path) -> None:
    content = pack.read_bytes()
    pack.write_bytes(content[: int(share * len(content))])
    said: list[str] = []
    here = found(ledger, said)
    assert len(said) == 1 and abs(len(here) - 24 * share) < 1.5
    for key in set(KEYS) - set(here):
        ledger.keep(key, run)
    assert found(ledger) == KEYS
    ledger = Ledger(ledger.directory, said.append)
    runs, made, mended = ledger.consolidate()
    assert (runs, made, mended) == (24 - len(here), 1, int(bool(here)))
    said.clear()
    assert found(ledger, said) == KEYS and not said  # a whole pack has taken the place of what was none


def test_other_files_among_packs_are_left_alone(ledger: Ledger, run: Run, pack: Path) -> None:
    (pack.parent / "mine.pack").write_bytes(b"PK" * 100)
    (pack.parent / "notes.txt").write_text("mine")
    said: list[str] = []
    assert found(ledger, said) == KEYS
    assert len(said) == 1 and "mine.pack is no pack of this version, or damaged" in said[0]
    with pytest.warns(LedgerWarning):
        Ledger(ledger.directory).consolidate()
    assert (pack.parent / "mine.pack").exists() and (pack.parent / "notes.txt").exists()


def test_a_pack_that_may_not_be_read(ledger: Ledger, run: Run, pack: Path) -> None:
    pack.unlink()
    os.mkfifo(pack)
    with pytest.raises(InputError, match=rf"{pack.name} cannot be read \(it is no file\)"):
        found(ledger)


def test_damaged_records_are_not_packed(ledger: Ledger, run: Run) -> None:
    paths = list(ledger.singles())
    flipped(paths[0], 500)
    paths[1].write_bytes(paths[2].read_bytes())
    assert ledger.consolidate() == (22, 1, 0)
    assert list(ledger.singles()) == paths[:2]
    said: list[str] = []
    assert len(found(ledger, said)) == 22
    assert ["is damaged" in text for text in sorted(said, key=len)] == [True, False]
    assert "is the record of another run" in max(said, key=len)
