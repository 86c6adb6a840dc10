"""What programs print: text as text, in whatever encoding there is; exit codes of those that are stopped or no longer read."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.table import Table

from experiments.command.progress import Reporter
from experiments.command.terminal import complain, console, program, shown, words
from sim.fields import InputError
from sim.study.failures import FailedRunsError

NAMES = ["June [strict]", "[/]", "[bold]x[/bold]", ":smile:", "a\\[b]"]


def stream(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)


def written(text: io.TextIOWrapper) -> str:
    text.flush()
    assert isinstance(text.buffer, io.BytesIO)
    return text.buffer.getvalue().decode(text.encoding)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", "-1 +-2 3-4 ... mu Zurich ??"),
        ("latin-1", "-1 ±2 3-4 ... mu Zürich ??"),
        ("utf-8", "−1 ±2 3–4 … μ Zürich 上😀"),
    ],
)
def test_what_an_encoding_lacks_is_spelt_otherwise(
    encoding: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "−1 ±2 3–4 … μ Zürich 上😀"
    out = stream(encoding)
    monkeypatch.setattr(sys, "stdout", out)

    def main(_: Sequence[str]) -> int:
        print(text)
        table = Table("±", show_header=False)
        table.add_row(words(text), "|")
        console(width=60).print(table)
        return 0

    assert program(main)([]) == 0
    lines = written(out).splitlines()
    assert lines[0] == expected
    assert expected in lines[2]
    assert {len(line.rstrip()) for line in lines[1:]} == {len(lines[1].rstrip())} or encoding == "utf-8"


@pytest.mark.parametrize("name", NAMES)
def test_square_brackets_and_colons_are_no_markup(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", stream("utf-8"))
    out = io.StringIO()
    console(file=out, width=60).print(name, words(name))
    assert out.getvalue() == f"{name} {name}\n"


def test_progress_takes_names_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, where a bar is drawn."""
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    with Reporter() as reporter:
        for name in (*NAMES, "\x1b[2Jgone"):
            reporter.begin(name)
            reporter.advanced(1, 2)
            reporter.say(name)
    for name in (*NAMES, "\\x1b[2Jgone"):
        assert name in err.getvalue()
    assert "\x1b[2J" not in err.getvalue()


def test_what_would_steer_the_terminal_is_spelt_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("a\x1b[31m\x07\u202e\ud800ü 上") == "a\\x1b[31m\\x07\\u202e\\ud800ü 上"
    assert complain(InputError("must not be \x1b[2J" + "x" * 5000, field="name")) == 2
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert len(said) < 1100


@pytest.mark.parametrize("show", [print, console().print, lambda text: console().print(words(text))])
def test_a_reader_that_has_gone_is_no_fault(show: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    end, beginning = os.pipe()
    os.close(end)
    with os.fdopen(beginning, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert program(lambda _: show("x" * 100_000) or 0)([]) == 141
        out.flush()  # goes nowhere, and so does what Python flushes at its end


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["INT", "TERM", "HUP"]
)
def test_a_program_that_is_told_to_stop(number: signal.Signals, code: int) -> None:
    assert program(lambda _: os.kill(os.getpid(), number) or 0)([]) == code


def test_other_ends() -> None:
    def leave(_: Sequence[str]) -> int:
        raise SystemExit(3)

    def fail(_: Sequence[str]) -> int:
        raise RuntimeError("broken")

    assert program(leave)([]) == 3
    with pytest.raises(RuntimeError, match="broken"):
        program(fail)([])


def test_runs_that_failed_are_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    @program
    def main(_: Sequence[str]) -> int:
        raise FailedRunsError({("none", 2): MemoryError("no\nmore")}, 3, tmp_path)

    assert main([]) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        "1 run could not be simulated, first seed 2 in 'none' (MemoryError: no more), and 2 were not begun; "
    )
    assert said.count("\n") == 1
