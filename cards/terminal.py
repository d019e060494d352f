"""Cards as plain text in a terminal, for `her2-cds evaluate`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from cards.render import ADVICE_EXTENSION, CONTENT_TYPE_EXTENSION
from cards.wording import without_markup

#: Readable without colour: the more marks, the more urgent.
_MARKS = {"critical": "[!!] CRITICAL", "warning": "[!] WARNING", "info": "[i] INFO"}
_COLOURS = {"critical": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"

_BULLET = re.compile(r" *- ")
#: Control characters but for line breaks, and marks that turn the direction of writing: a terminal obeys them.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_NARROWEST = 40


def harmless(text: str) -> str:
    """Lines with words of a record in them, as a terminal may print them: nothing in them clears it, colours it or writes over it."""
    return _CONTROL.sub(" ", text)


def print_cards(cards: list[dict[str, Any]], width: int, *, colour: bool = False) -> str:
    """The cards as text of at most `width` columns (40 at least); `colour` only for a terminal that shows it."""
    if not cards:
        return "Nothing to say: no card for this patient.\n"
    width = max(width, _NARROWEST)
    return ("\n" + "-" * width + "\n").join("\n".join(_card_lines(card, width, colour)) + "\n" for card in cards)


def _card_lines(card: dict[str, Any], width: int, colour: bool) -> Iterator[str]:
    source, advice = card["source"], card["extension"][ADVICE_EXTENSION]
    mark = f"{_MARKS[card['indicator']]}  {source['topic']['display']}"
    yield f"{_COLOURS[card['indicator']]}{mark}{_PLAIN}" if colour else mark
    yield from _wrapped(harmless(card["summary"]), width)
    yield ""
    markdown = CONTENT_TYPE_EXTENSION not in card["extension"]
    lines = harmless(card["detail"]).split("\n")
    if (without_markup(lines[0]) if markdown else lines[0]) == card["summary"]:
        lines = lines[2:]
    for line in lines:
        yield from _detail_lines(line, width, colour) if markdown else _plain_lines(line, width)
    yield ""
    yield from _wrapped(f"Rules: {', '.join(advice['rules'])}", width, "  ")
    if missing := advice.get("missing"):
        yield from _wrapped(f"Missing: {', '.join(missing)}", width, "  ")
    if read := list(dict.fromkeys(fact["source"] for fact in advice.get("facts", ()) if "source" in fact)):
        yield from _wrapped(f"Read from: {', '.join(read)}", width, "  ")
    yield f"More: {source['url']}"


def _plain_lines(line: str, width: int) -> list[str]:
    bullet = _BULLET.match(line)
    return _wrapped(line, width, " " * len(bullet[0]) if bullet else "") if line else [""]


def _detail_lines(line: str, width: int, colour: bool) -> Iterator[str]:
    title = line.startswith("**") and line.endswith("**")
    lines = _plain_lines(without_markup(line), width)
    yield from (f"{_BOLD}{text}{_PLAIN}" for text in lines) if title and colour else lines


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
