"""Whether free text asserts what it names: "no radiographic or clinical progression" names a progression and denies it.

Cues work inside a clause. Those before a word reach forward over adjectives and a few nouns ("no evidence of disease progression"), those
after it reach back ("brain metastases were ruled out"). A full stop or a semicolon always ends the reach; a comma, a line break, "but" or
"due to" do once the cue has found something to deny: "no radiographic, clinical or other progression" is one denial, "no toxicity,
progression in liver" is none of progression. Where the reach cannot be told ("no rash and progression", "no rash, pain or progression")
the word is `open`: neither asserted nor denied. English, and the plainest denials of other languages. All is
linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import Final, Literal, NamedTuple

from fhir_mappings.denial_cues import Token, stops_in, tokens_in

#: What a text says of a word in it.
#:
#: `asserted`: it is so. `denied`: it is not. `suspected`: it may be so, could not be excluded, or is to be ruled out. `past`: it was so
#: once ("history of"). `open`: it is spoken of and nothing is said: a condition ("until progression"), a risk, a relative's disease, or a
#: word of which nobody can tell whether a denial reaches it.
Standing = Literal["asserted", "denied", "suspected", "past", "open"]

#: What is so, or was.
SO: Final[frozenset[Standing]] = frozenset({"asserted", "past"})

_HYPHENS: Final = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212\u2019", "------'")


class _Reach(NamedTuple):
    """What a cue says of the words that it reaches, and how many of content it reaches; `near`: words of any kind count."""

    standing: Standing
    words: int
    near: bool = False


_BEFORE: Final[dict[str, _Reach]] = {
    "deny": _Reach("denied", 6),
    "non": _Reach("denied", 1, near=True),
    "incomplete": _Reach("suspected", 1, near=True),
    "doubt": _Reach("suspected", 6),
    "suspect": _Reach("suspected", 4),
    "versus": _Reach("suspected", 2),
    "question": _Reach("suspected", 2),
    "open": _Reach("open", 6),
    "asked": _Reach("suspected", 6),
    "past": _Reach("past", 4),
    "formerly": _Reach("past", 2),
}
_AFTER: Final[dict[str, _Reach]] = {
    "answered": _Reach("denied", 6),
    "unanswered": _Reach("suspected", 6),
    "unseen": _Reach("denied", 6),
    "gone": _Reach("denied", 6),
    "negative": _Reach("denied", 6),
    "free": _Reach("denied", 1, near=True),
    "doubt": _Reach("suspected", 6),
    "suspect": _Reach("suspected", 4),
    "versus": _Reach("suspected", 2),
    "question": _Reach("suspected", 2),
    "asked": _Reach("suspected", 4),
    "kin": _Reach("open", 6),
}
_PART_ENDS: Final = frozenset({"comma", "break", "cause", "colon", "stop"})
_BOUNDARIES: Final = _PART_ENDS | {"and", "or", "slash"}
_BEGINNINGS: Final = frozenset({"link", "is", "exam", "and", "or"})
#: Where the cues before a word and those after it say different things.
_STRONGEST: Final[tuple[Standing, ...]] = ("open", "denied", "suspected", "past")
_LINKS: Final = frozenset({"link", "is"})
#: Cues that look back only at the end of their part ("progression likely", but "likely progression"), or before one of these words.
_BACK_AT_THE_END: Final = frozenset({"suspect", "asked"})
_WHERE: Final = frozenset({"on", "by", "in", "at"})


class _Scope:
    """How far a cue has come."""

    __slots__ = ("bare", "content", "kind", "paused", "reach", "standing", "words")

    def __init__(self, kind: str, reach: _Reach, *, bare: bool = False) -> None:
        self.kind, self.reach, self.bare = kind, reach, bare
        self.standing: Standing = reach.standing
        self.content = self.words = 0
        self.paused = False

    def says(self) -> Standing | None:
        """What it says of a word that stands here. Of what lies beyond its reach a denial leaves everything open."""
        if self.paused:
            return None
        if (self.words if self.reach.near else self.content) < self.reach.words:
            return self.standing
        return "open" if self.standing in ("denied", "open") and not self.reach.near else None

    def pass_word(self, kind: str) -> None:
        """Go over a word that is no boundary."""
        self.words += 1
        self.content += kind not in _LINKS
        self.paused = self.paused or (kind == "change" and self.kind == "deny")

    def passes(self, kind: str, *, list_goes_on: bool) -> bool:
        """Whether it still holds, perhaps for less, beyond a boundary."""
        if kind in ("or", "slash"):
            self.paused = False
            return not self.reach.near
        if kind == "stop" or self.reach.near:
            return False
        if self.content == 0:
            return not (kind == "comma" and self.bare and self.words == 0)
        if kind == "and" or (kind == "comma" and list_goes_on):
            self.paused, self.standing = False, "past" if self.standing == "past" else "open"
            return True
        return False


class Passage:
    """A text in lower case, with one space between words, and what it says of each word.

    `text` is what patterns are matched against; line breaks are spaces there, but count as the boundaries that they are. Only the
    sentences that hold a match are looked at: a report is long, and few of its words are asked about.
    """

    def __init__(self, text: str) -> None:
        self._lines = "\n".join([" ".join(line.split()) for line in text.lower().translate(_HYPHENS).splitlines()])
        self.text = self._lines.replace("\n", " ")
        self._sentences: dict[int, _Sentence] = {}

    def standing(self, found: re.Match[str], group: int | str = 0) -> Standing:
        """What the passage says of a match in its `text`, or of a group of it. Cues inside it are its own ("lack of response")."""
        first, last = found.start(group), max(found.start(group), found.end(group) - 1)
        said = (self._sentence(first).before(first), self._sentence(last).after(last))
        return next((standing for standing in _STRONGEST if standing in said), "asserted")

    def standings(self, pattern: re.Pattern[str]) -> frozenset[Standing]:
        """What it says of all matches of a pattern; empty where there is none."""
        return frozenset([self.standing(found) for found in pattern.finditer(self.text)])

    def asserts(self, pattern: re.Pattern[str]) -> bool:
        """Whether any match of the pattern is asserted."""
        return any(self.standing(found) == "asserted" for found in pattern.finditer(self.text))

    def is_so(self, pattern: re.Pattern[str]) -> bool:
        """Whether any match of the pattern is so, or was: denied, suspected and asked about is not."""
        return not SO.isdisjoint(self.standings(pattern))

    def may_be_so(self, pattern: re.Pattern[str]) -> bool:
        """Whether any match of the pattern is so, was, or is suspected: only what is denied, or of which nothing is said, is not."""
        return not self.standings(pattern) <= {"denied", "open"}

    def _sentence(self, at: int) -> _Sentence:
        """The sentence that holds a place, with the full stop or semicolon at its end."""
        following = bisect_left(self._stops, at)
        sentence = self._sentences.get(following)
        if sentence is None:
            start = self._stops[following - 1] + 1 if following else 0
            end = self._stops[following] + 1 if following < len(self._stops) else len(self._lines)
            sentence = self._sentences[following] = _Sentence(self._lines, start, end)
        return sentence

    @cached_property
    def _stops(self) -> list[int]:
        return stops_in(self._lines)


class _Sentence:
    """What the cues of one sentence say of its words. Places are those of the whole text."""

    def __init__(self, lines: str, start: int, end: int) -> None:
        self._lines = lines
        self._tokens: list[Token] = list(tokens_in(lines, start, end))
        self._starts = [token.start for token in self._tokens]

    def before(self, at: int) -> Standing | None:
        """What the cues before a place say of the word there."""
        return self._before[self._place(at)] if self._tokens else None

    def after(self, at: int) -> Standing | None:
        """What the cues after a place say of the word there."""
        return self._after[self._place(at)] if self._tokens else None

    def _place(self, at: int) -> int:
        return max(0, bisect_right(self._starts, at) - 1)

    @cached_property
    def _before(self) -> list[Standing | None]:
        """What the cues before each token say of it."""
        tokens = self._tokens
        lists = _lists(reversed(tokens))[::-1]
        said: list[Standing | None] = []
        scope: _Scope | None = None
        begins = True
        for place, token in enumerate(tokens):
            said.append(scope.says() if scope is not None else None)
            kind = token.kind
            if kind in _BOUNDARIES:
                if scope is not None and not scope.passes(kind, list_goes_on=lists[place]):
                    scope = None
            elif (reach := self._forward(place, begins=begins)) is not None:
                scope = _overtaken(scope, _Scope(kind, reach, bare=self._text_at(place) == "no"))
            elif scope is not None:
                scope.pass_word(kind)
            begins = kind in _PART_ENDS or (begins and kind in _BEGINNINGS)
        return said

    @cached_property
    def _after(self) -> list[Standing | None]:
        """What the cues after each token say of it."""
        tokens = self._tokens
        lists = _lists(tokens)
        said: list[Standing | None] = []
        scope: _Scope | None = None
        for place in range(len(tokens) - 1, -1, -1):
            said.append(scope.says() if scope is not None else None)
            kind = tokens[place].kind
            if (reach := self._backward(place)) is not None:
                # "Progression, unlikely to respond" does not doubt the progression.
                scope = _Scope(kind, reach, bare=kind == "doubt" and not self._ends(place))
            elif scope is None:
                continue
            elif kind in _BOUNDARIES:
                if not scope.passes(kind, list_goes_on=lists[place]):
                    scope = None
            elif kind in ("deny", "receptor"):
                scope = None
            else:
                scope.pass_word(kind)
        return said[::-1]

    def _forward(self, place: int, *, begins: bool) -> _Reach | None:
        """How a token acts on what follows it, if it does. `begins`: nothing of content stands before it in its part."""
        kind = self._tokens[place].kind
        if kind == "gone":
            return _BEFORE["deny"] if begins else None
        if kind in _BACK_AT_THE_END and self._ends(place):
            return None
        if kind == "question" and self._touches(place, before=True) and not self._touches(place, before=False):
            return None
        return _BEFORE.get(kind)

    def _backward(self, place: int) -> _Reach | None:
        """How a token acts on what stands before it, if it does."""
        kind = self._tokens[place].kind
        if kind in _BACK_AT_THE_END and not (self._ends(place) or self._text_at(place + 1) in _WHERE):
            return None
        if kind == "question" and self._touches(place, before=False) and not self._touches(place, before=True):
            return None
        if kind == "negative" and (place == 0 or self._tokens[place - 1].kind not in ("exam", "is")):
            return _Reach("denied", 1, near=True) if self._ends(place) else None
        return _AFTER.get(kind)

    def _ends(self, place: int) -> bool:
        """Whether a token is the last of its part."""
        return place + 1 == len(self._tokens) or self._tokens[place + 1].kind in _PART_ENDS - {"cause"}

    def _text_at(self, place: int) -> str:
        token = self._tokens[place]
        return self._lines[token.start : token.end]

    def _touches(self, place: int, *, before: bool) -> bool:
        token = self._tokens[place]
        beside = self._lines[max(0, token.start - 1) : token.start] if before else self._lines[token.end : token.end + 1]
        return beside.isalnum()


def _overtaken(scope: _Scope | None, new: _Scope) -> _Scope:
    """Which of two cues goes on where the second stands in the reach of the first."""
    current = scope.says() if scope is not None else None
    if scope is None or current is None:
        return new
    adjacent = scope.content == 0
    if new.reach.near or (current == "denied" and new.standing == "past") or (scope.kind == "open" and new.standing != "open"):
        kept = True
    elif new.kind == "doubt":
        kept = False
    elif new.standing == "denied":
        kept = adjacent and current == "suspected"
        if adjacent and current == "denied":
            new.standing = "suspected"  # "not without"
    elif new.standing == "open":
        kept = adjacent and current == "denied"
    else:
        kept = current == "denied"
    if kept:
        scope.words += 1
    return scope if kept else new


def _lists(tokens: Iterable[Token]) -> list[bool]:
    """For each token, told in the given order, whether an "or" stood in its clause so far."""
    found: list[bool] = []
    seen = False
    for token in tokens:
        found.append(seen)
        if token.kind in ("stop", "break", "colon", "cause"):
            seen = False
        seen = seen or token.kind == "or"
    return found
