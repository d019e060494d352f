"""The mutants of a room, made by mutmut: every file holds its functions once as they are and once for each change.

Which of them runs is chosen at run time (`mutation.trampoline`), so all mutants share one copy of the tree and one import.
mutmut passes decorated functions over. `@property` and `@cache` hide much medicine here, so they are first written out:
`name = property(name)` after the function, which means the same.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from mutmut.mutation.file_mutation import mutate_file_contents

#: Decorators that may stand as a call after the function instead.
_WRITTEN_OUT = ("property", "cache", "lru_cache", "remembered")


class Mutant(Struct, frozen=True):
    """One change of one function: its name for mutmut, the module it is in, and what changed as a diff."""

    name: str
    module: str
    diff: str

    @property
    def function(self) -> str:
        """The function that it changes, as mutmut writes its name."""
        return self.name.partition("__mutmut_")[0]


def mutate(source: Path, root: Path) -> tuple[str, list[Mutant]]:
    """A file of the tree `root` with all its mutants inside, and those mutants."""
    path = source.relative_to(root)
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    mutated = mutate_file_contents(str(path), without_decorators(source.read_text(encoding="utf-8")))
    lines = mutated.code.splitlines()

    def body(function: str) -> list[str]:
        span = mutated.line_span_by_function_name[function]
        return [re.sub(r"xǁ\w+ǁ(\w+)__mutmut_\w+|x_(\w+?)__mutmut_\w+", r"\1\2", line) for line in lines[span.start - 1 : span.end]]

    def diff(name: str) -> str:
        before, after = body(name.partition("__mutmut_")[0] + "__mutmut_orig"), body(name)
        return "\n".join(list(difflib.unified_diff(before, after, str(path), name, n=2, lineterm=""))[1:])

    code = mutated.code.replace("from mutmut.mutation.trampoline import", "from mutation.trampoline import")
    code = code.replace(": MutantDict = {}", ": MutantDict = MutantDict()")
    return code, [Mutant(f"{module}.{name}", module, diff(name)) for name in mutated.mutant_names]


def without_decorators(code: str) -> str:
    """The same module with `@property` and caches written out after their functions."""
    lines: list[str | None] = list(code.splitlines())
    after: dict[int, str] = {}
    for function, decorator in _decorated(ast.parse(code)):
        lines[decorator.lineno - 1] = None
        margin = " " * decorator.col_offset
        after[function.end_lineno or function.lineno] = f"{margin[1:]}{function.name} = {ast.unparse(decorator)}({function.name})"
    written = [text for number, line in enumerate(lines, 1) for text in (line, after.get(number)) if text is not None]
    return "\n".join(written) + "\n"


def _decorated(module: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.expr]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1:
            decorator = node.decorator_list[0]
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(name, ast.Name) and name.id in _WRITTEN_OUT:
                yield node, decorator
