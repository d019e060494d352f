"""The runner of `make mutate`: a process becomes the mutant it is told, and the figures say what they are said to say."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("mutmut", reason="mutmut is not installed (make mutate installs it)")

from mutation import trampoline
from mutation.mutants import mutate, without_decorators
from mutation.reach import Reach, in_order
from mutation.verdicts import Verdict, interval, survivors, table, verdicts_in

MODULE = """from functools import cache


class Heart:
    @property
    def low(self):
        return 40 < 40


@cache
def doubled(number):
    return number * 2


def before():
    return doubled(3)


SEEN = before()
"""


@pytest.fixture
def mutated(tmp_path, monkeypatch):
    """A module with its mutants inside, ready to import, and the mutants."""
    file = tmp_path / "sample_of_mutation.py"
    file.write_text(MODULE, encoding="utf-8")
    code, mutants = mutate(file, tmp_path)
    file.write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(trampoline, "_mutants", {})
    yield mutants
    sys.modules.pop("sample_of_mutation", None)


def named(mutants, changed):
    """The mutant in whose diff a line stands."""
    return next(mutant for mutant in mutants if f"+    {changed}" in mutant.diff.replace("+        ", "+    ")).name


def test_without_a_mutant_the_code_is_as_it_was(mutated):
    """The copy does what the code does, properties and caches too, and its functions are known by their code."""
    import sample_of_mutation as sample  # noqa: PLC0415

    assert (sample.Heart().low, sample.doubled(3), sample.SEEN) == (False, 6, 6)
    assert {mutant.function for mutant in mutated} == set(trampoline.codes().values())
    assert {mutant.module for mutant in mutated} == {"sample_of_mutation"}


def test_a_process_becomes_a_mutant_for_whoever_imported_the_function(mutated):
    """From then on the function does what the mutant does, behind its property or cache and under every name it was imported by."""
    import sample_of_mutation as sample  # noqa: PLC0415

    doubled = sample.doubled
    trampoline.become(named(mutated, "return number * 3"))
    assert doubled(5) == 15
    trampoline.become(named(mutated, "return 40 <= 40"))
    assert sample.Heart().low


def test_what_runs_at_import_can_be_a_mutant_from_the_start(mutated, monkeypatch):
    """A process that is told before its first import imports the mutant: what was worked out while importing is the mutant's."""
    monkeypatch.setenv(trampoline.WANTED, named(mutated, "return number * 3"))
    import sample_of_mutation as sample  # noqa: PLC0415

    assert sample.SEEN == 9


def test_decorators_are_written_out_after_their_functions():
    """`@property` and caches mean the same behind the function, and everything else stays as it is."""
    written = without_decorators(MODULE)
    assert "@" not in written
    assert "    low = property(low)\n" in written
    assert "\ndoubled = cache(doubled)\n" in written
    assert without_decorators("@staticmethod\ndef f():\n    return 1\n") == "@staticmethod\ndef f():\n    return 1\n"


def test_the_tests_of_the_mutants_own_module_come_first_then_the_quickest():
    """So that most mutants are noticed within a test or two."""
    reach = Reach(seconds={"t/test_labs.py::a": 0.1, "t/test_heart.py::b": 3, "t/test_heart.py::c": 2, "t/test_body.py::d": 0.01})
    tests = in_order(list(reach.seconds), "guideline.rules.heart.x__hold__mutmut_7", reach)
    assert tests == ["t/test_heart.py::c", "t/test_heart.py::b", "t/test_body.py::d", "t/test_labs.py::a"]


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(270, 300, 0.861, 0.929), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)]
)
def test_the_interval_is_wilsons(part, whole, low, high):
    """The usual 95 % interval of a share: 270 of 300 are 86.1 to 92.9 %."""
    assert interval(part, whole) == (pytest.approx(low, abs=0.0006), pytest.approx(high, abs=0.0006))


def test_the_report_counts_what_was_noticed_and_shows_what_was_not(mutated, tmp_path):
    """A hang is noticed, a function that no test runs is not; each survivor stands there as a diff."""
    outcomes = ("killed", "timeout", "survived", "unreached")
    verdicts = {m.name: Verdict(m.name, outcome) for m, outcome in zip(mutated, outcomes, strict=False)}
    told = mutated[:4]
    assert [verdicts[m.name].noticed for m in told] == [True, True, False, False]
    assert "50.0%          1          1          1          1  all" in table(told, verdicts)
    assert [told[2].diff in survivors(told, verdicts), told[0].diff in survivors(told, verdicts)] == [True, False]
    assert verdicts_in(tmp_path / "none.jsonl") == {}
