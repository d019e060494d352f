"""The one door for text: everything a card says passes here, so that nothing from the record can become markup.

Clients differ: most render GitHub-flavoured markdown, some show `detail` as plain text, some let raw HTML through. So text is put
on one line, and only what would have an effect is escaped; ordinary clinical prose reads the same with and without rendering.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from guideline.advice import HEADLINE_LENGTH

#: CDS Hooks: a summary has fewer than 140 characters, counted as code points.
SUMMARY_LIMIT = HEADLINE_LENGTH

#: A value of the record longer than this is no value a clinician reads on a card.
VALUE_LIMIT = 200

#: Ids of real EHRs have some 200 characters; what is longer is no id.
SOURCE_LIMIT = 300

ELLIPSIS = "…"

#: Line breaks, control characters, invisible marks, marks that turn the direction of writing, and lone surrogates (no JSON carries them).
_BREAKING = re.compile(r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+")

_MARKUP = re.compile(r"[\\`*_\[\]|~<]|&(?=[#A-Za-z])|://|@(?=\w)|\bwww\.(?=\S)", re.IGNORECASE)

#: Plain ASCII without any character of `_MARKUP` but those of web addresses: told six times as fast, and true of most text.
_ORDINARY = re.compile(r"[ -%'-)+-;=>?A-Z^a-z{}]*")

#: Inline markup and its harmless form. Addresses get a space, since clients link them even when escaped.
_HARMLESS = {"<": "&lt;", "&": "&amp;", "://": ": //", "@": "@ "}

#: What `escape` and `bold` write beside the text itself.
_WRITTEN = re.compile(r"\\([!-/:-@\[-`{-~])|&(lt|gt|amp);|(\*\*)")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")

#: What begins a heading, quote, list, rule or table when it stands first on a line.
_BLOCK_START = re.compile(r"[#=]|[-+](?![0-9A-Za-z])|:(?=-)|\d{1,9}(?=[.)](?:\s|$))|>")


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line, without control characters; beyond `limit` characters cut at a word, with an ellipsis."""
    line = (text if text.isprintable() else _BREAKING.sub(" ", text)).strip()
    if limit is None or len(line) <= limit:
        return line
    head = line[: limit - 1]
    at_word = head.rstrip() if line[limit - 1] == " " else head.rpartition(" ")[0].rstrip(" ,;:(")
    return (at_word or head) + ELLIPSIS


def escape(text: str) -> str:
    """The text on one line with inline markdown and HTML made harmless, to stand anywhere but at the start of a line."""
    line = text.strip()
    if _ORDINARY.fullmatch(line) and "://" not in line and "www." not in line.lower():
        return line
    return _MARKUP.sub(_harmless, one_line(line))


def _harmless(found: re.Match[str]) -> str:
    mark = found[0]
    if mark[0] in "wW":
        return mark + " "
    return _HARMLESS.get(mark) or "\\" + mark


def without_markup(markdown: str) -> str:
    """What our own markdown says: without bold marks, and every escaped character as itself."""
    return _WRITTEN.sub(lambda found: found[1] or _ENTITIES.get(found[2], ""), markdown)


def plain_text(markdown: str) -> str:
    """Our own markdown as plain text. CAUTION: what is no tag there must not become one where a client takes it for markdown after all."""
    return without_tags(without_markup(markdown))


def without_tags(text: str) -> str:
    """Plain text in which nothing begins an HTML tag, for a client that takes it for markup all the same."""
    return _TAG_START.sub("< ", text)


def start_of_line(escaped: str) -> str:
    """Escaped text made safe to begin a line: `1. June` stays a date, and `> 45 %` no quotation."""
    found = None if escaped[:1].isalpha() else _BLOCK_START.match(escaped)
    if found is None:
        return escaped
    mark = found[0]
    if mark == ">":
        return "&gt;" + escaped[1:]
    if mark.isdigit():
        return mark + "\\" + escaped[len(mark) :]
    return "\\" + escaped


def bold(text: str) -> str:
    """Plain text as a bold line; nothing for nothing."""
    escaped = escape(text)
    return f"**{escaped}**" if escaped else ""


def bullets(texts: Iterable[str]) -> list[str]:
    """Plain texts as a list, one line each."""
    return [f"- {start_of_line(escaped)}" for text in texts if (escaped := escape(text))]


def section(title: str, lines: list[str]) -> str:
    """Lines under a title of ours; nothing when there are none."""
    return f"**{title}**\n" + "\n".join(lines) if lines else ""
