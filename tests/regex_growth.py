"""How the work of a regular expression grows with a hostile text: linearly, or worse.

A text of the record may be long and of any kind. What takes four times as long for four times the text is linear; a quadratic pattern
takes sixteen times as long, and holds up every other call of the process. No time is judged by itself, only against other times of the same
machine at the same moment.

`make fuzz` runs it, no test of every change does: it lives by times. It tries itself on patterns of either kind first.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any, Final

#: The rooms that read what others wrote; the cards' patterns read our own sentences.
PACKAGES: Final = ("fhir_mappings", "guideline", "service")

#: Modules that do something when they are imported.
_NOT_IMPORTED: Final = ("service.store.migrations", "service.__main__")

#: Characters of a short text and of one four times as long; the small pair finds in time what would never end on the large one.
_SIZES: Final = ((250, 1_000), (2_000, 8_000))

#: Between the 4 of a linear pattern and the 16 of a quadratic one, for the same growth of the text.
_WORST: Final = 8.5

#: A pattern that is done within so many times the time of a plain linear one has no growth worth measuring.
_PLAIN: Final = re.compile(r"(?:[a-f]|[x-z]\d|\d[k-m])[#]")
_FREE: Final = 4

_REPEATS: Final = 4
_UNITS: Final = (
    " ", "1", "a", "-", "(", "+", ".", ",", "/", "<", "_", "=", "?", "%", "\n", '"', "1 ", "a ", "- ", ", ",
    ". ", "1,", "1.", "a-", "1-", "1/",
)  # fmt: skip
_MOST_WORDS: Final = 16


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern that a module of the packages holds, by module and name."""
    found: dict[str, re.Pattern[str]] = {}
    seen: set[tuple[str, int]] = set()
    for name in _modules():
        for member, value in vars(importlib.import_module(name)).items():
            for pattern in _in(value):
                key = (pattern.pattern, pattern.flags)
                if key not in seen:
                    seen.add(key)
                    found[f"{name}.{member} {pattern.pattern[:60]!r}"] = pattern
    return found


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        yield package
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.startswith(_NOT_IMPORTED):
                yield module.name


def _in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _in(one)
    elif isinstance(value, Mapping):
        yield from _in((*value.keys(), *value.values()))


def hostile_units(pattern: re.Pattern[str]) -> Iterator[str]:
    """What a text may repeat to hold a pattern up: blanks, digits, letters, marks, and the words of the pattern itself."""
    yield from _UNITS
    plain = re.sub(r"\\[a-zA-Z]", " ", pattern.pattern)
    words = list(dict.fromkeys(re.findall(r"[A-Za-z0-9]{2,}", plain)))
    # The first, the last and some between: a pattern of two hundred names is one of two hundred alike.
    chosen = words if len(words) <= _MOST_WORDS else [*words[: _MOST_WORDS // 2], *words[-_MOST_WORDS // 2 :]]
    for word in chosen:
        yield word
        yield f"{word} "
    if len(chosen) > 1:
        yield f"{' '.join(chosen)} "


def outgrows(pattern: re.Pattern[str], unit: str) -> bool:
    """Whether a pattern grows clearly worse than linearly over a text of repeated units, with an end that does not fit."""
    return any(_outgrows(pattern, *(f"{(unit * size)[:size]}!a" for size in sizes)) for sizes in _SIZES)


def _outgrows(pattern: re.Pattern[str], short: str, long: str) -> bool:
    if _seconds(pattern, long) <= _FREE * _seconds(_PLAIN, long):
        return False
    # Each time the best of several, and found again: a busy machine makes one of them slow, hardly all.
    return all(_best(pattern, long) > _WORST * _best(pattern, short) for _ in range(_REPEATS))


def _best(pattern: re.Pattern[str], text: str) -> float:
    return min(_seconds(pattern, text) for _ in range(_REPEATS))


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    """For all matches from left to right, and for one of the whole text."""
    begun = perf_counter()
    deque(pattern.finditer(text), maxlen=0)
    pattern.fullmatch(text)
    return perf_counter() - begun


#: Worse than linear, each with the unit that shows it: a search begun again at each character, two times anything.
_KNOWN_WORSE: Final = ((r"\s*x", " "), (r"a.*b", "a"), (r"\w+\s*=", "a"), (r"(?:metasta\w*) to", "metasta"), (r"\?\W*$", "?"))

#: Linear: possessive, anchored or bounded repetition.
_KNOWN_LINEAR: Final = (r"\A\s*+x", r"(?<!\s)\s*+x", r"\bbreast\b[\w ]{0,40}cancer", r"\b\w++\s", r"x")


def main() -> int:
    """Print each pattern that outgrows the texts, with what it stumbles over. Status 1 if there is one, or if this does not find any."""
    argparse.ArgumentParser(prog="python -m tests.regex_growth", description=__doc__).parse_args()
    unseen = [pattern for pattern, unit in _KNOWN_WORSE if not outgrows(re.compile(pattern), unit)]
    blamed = [pattern for pattern in _KNOWN_LINEAR if any(outgrows(re.compile(pattern), unit) for unit in (" ", "a", "breast ", "?"))]
    if unseen or blamed:
        _say("cannot tell on this machine:", *unseen, *blamed)
        return 1
    tried = patterns()
    offenders = 0
    for name, pattern in tried.items():
        found = next((unit for unit in hostile_units(pattern) if outgrows(pattern, unit)), None)
        if found is not None:
            offenders += 1
            _say("worse than linear:", name, repr(found))
    _say(f"{len(tried)} patterns, {offenders} worse than linear")
    return 1 if offenders else 0


def _say(*words: str) -> None:
    sys.stdout.write(f"{' '.join(words)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
