"""The dialect of the programs: flags and values mean the same, places are told from names, and typos are answered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from experiments.command.arguments import Dialect
from sim.fields import InputError, Settings, quantity


@dataclass(frozen=True)
class Options(Settings):
    many_runs: bool = quantity(False, unit="yes or no", source="given by the user", doc="Many.")
    length: int = quantity(3, unit="days", low=1, high=9, source="given by the user", doc="Long.")


PLAIN, PLACES = Dialect(Options), Dialect(Options, place="DIR")
OWNED = Dialect(Options, owners=("voter", "deffuant"), owner="result")


def test_a_flag_is_a_value_that_is_true() -> None:
    assert PLAIN.parse(["--many-runs", "length=5"]) == PLAIN.parse(["length=5", "many_runs=true"])
    assert PLAIN.parse([]).options == Options()


def test_places_are_what_has_no_name_before_an_equals_sign() -> None:
    given = PLACES.parse(["results/a=b", "length=4", "./length=4", "here"])
    assert given.places == ("results/a=b", "./length=4", "here")
    assert given.options.length == 4


def test_parameters_belong_to_the_name_before_the_dot() -> None:
    given = OWNED.parse(["deffuant.bound=[0.1, 0.2]", "voter.people=3", "voter.start=half"])
    assert given.parameters == {"voter": {"people": 3, "start": "half"}, "deffuant": {"bound": [0.1, 0.2]}}


@pytest.mark.parametrize(
    ("dialect", "argument", "sentence"),
    [
        (PLAIN, "--many-run", "--many-run is not a flag; did you mean --many-runs?"),
        (PLAIN, "--zzz", "--zzz is not a flag; --help lists them."),
        (PLAIN, "lenght=4", "lenght is not an option; did you mean length?"),
        (PLAIN, "here", "'here' must be of the form NAME=VALUE; --help lists what there is."),
        (PLACES, "--length=4", "'--length=4' must be of the form NAME=VALUE; --help lists what there is."),
        (PLACES, "", "DIR must name a folder, not ''."),
        (PLAIN, "length=10", "length must be a whole number from 1 to 9, not 10."),
        (PLAIN, "length.x=1", "length must be a whole number from 1 to 9, not a mapping."),
        (OWNED, "deffuannt.bound=1", "deffuannt is not a result or an option; did you mean deffuant?"),
        (OWNED, "x", "'x' must be of the form NAME=VALUE or RESULT.PARAMETER=VALUE; --help lists what there is."),
    ],
)
def test_what_is_not_understood(dialect: Dialect[Options], argument: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        dialect.parse([argument])
    assert str(refused.value) == sentence


def test_help_says_how_each_option_is_given() -> None:
    assert PLAIN.usage("python -m this", "Does something.").splitlines() == [
        "python -m this",
        "",
        "Does something.",
        "",
        "Options",
        "  many_runs=false, or --many-runs  Many. (true or false)",
        "  length=3  Long. (a whole number from 1 to 9)",
    ]
