"""What stands in the copy in the place of mutmut's switch between a function and its mutants.

mutmut's own switch asks at each call which mutant is wanted, which makes the suite three times as slow. Here nothing is asked: a process
runs one mutant at most, and gives the function the code of that mutant, once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

#: The environment variable that names the mutant which a process is from its first import on.
WANTED = "MUTANT_UNDER_TEST"

_mutants: dict[str, MutantDict] = {}


class MutantDict(dict[str, Any]):
    """The mutants of one function by name. mutmut's code fills it right after the function, before anything can call it."""

    def __init__(self) -> None:
        super().__init__()
        self.function: Callable[..., Any] | None = None
        self.module = ""

    def __setitem__(self, name: str, mutant: Any) -> None:
        """Keep the mutant; where this process is to be it, the function becomes it at once."""
        super().__setitem__(name, mutant)
        if os.environ.get(WANTED) == f"{self.module}.{name}":
            self.become(name)

    def become(self, name: str) -> None:
        """From here on, the function does what the mutant does, for whoever imported it before."""
        function, mutant = self.function, getattr(self[name], "__func__", self[name])
        assert isinstance(function, FunctionType)
        function.__code__, function.__defaults__, function.__kwdefaults__ = mutant.__code__, mutant.__defaults__, mutant.__kwdefaults__


def wrap_in_trampoline(mutants: MutantDict, is_classmethod: bool = False) -> Callable[[FunctionType], FunctionType]:
    """The decorator that mutmut writes before each function that has mutants."""
    del is_classmethod

    def remember(function: FunctionType) -> FunctionType:
        mutants.function, mutants.module = function, function.__module__
        _mutants[f"{function.__module__}.{mangled(function)}"] = mutants
        return function

    return remember


def mangled(function: FunctionType) -> str:
    """How mutmut writes the name of a function (`x_advise`) or method (`xǁPartialDateǁof`)."""
    *owner, name = function.__qualname__.split(".")
    return f"xǁ{owner[0]}ǁ{name}" if owner else f"x_{name}"


def become(mutant: str) -> None:
    """Make this process the mutant of that name. Raises `KeyError` where there is none."""
    _mutants[mutant.partition("__mutmut_")[0]].become(mutant.rpartition(".")[2])


def codes() -> dict[CodeType, str]:
    """The functions that have mutants, by their code."""
    return {m.function.__code__: name for name, m in _mutants.items() if isinstance(m.function, FunctionType)}
