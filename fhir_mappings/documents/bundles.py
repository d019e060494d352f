"""What stands under one key: Bundles opened, however they nest, and failure told from emptiness.

| under the key is | state |
|---|---|
| a resource of a type that a case uses, or once used (`old_fhir.OLD_TYPES`), also in a Bundle of any type | `data` |
| null | `null` |
| a Bundle without a resource, whatever warnings (`search.mode` outcome) it carries | `empty` |
| an OperationOutcome; a batch of which every part failed; a Bundle of nothing but an error | `failed` |
| only types that no case uses, under a key that is not of our discovery entry: the user's PractitionerRole, an Encounter | `unused` |
| anything else: text, a number, an object without a type, an empty array, under our own keys only types that no case uses | `garbage` |

A part that failed beside others that came (`response.status` of a batch, an OperationOutcome of severity error), a nested search that
says it has further pages, and a search that counted more results than it sent are named as incomplete: nobody may say "never" after them.
Of the search under the key itself that is known only after its last page (`KeyContent.cut_short`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from fhir_mappings.documents.later_members import response_of, search_mode_of, severities_of
from fhir_mappings.documents.old_fhir import OLD_TYPES, is_foreign_fhir, is_r5
from fhir_mappings.lost_facts import OUR_KEYS, lost_with, lost_with_key, lost_with_search, lost_with_type
from fhir_mappings.resources import USED_TYPES, Entry, Resource, source_of
from guideline.case import DataProblem

#: What a prefetch key held. `null`: the client says there is no data. `empty`: a Bundle without resources. `failed`: an OperationOutcome.
#: `unused`: FHIR that was sent for something else. `garbage`: anything that is no FHIR resource of ours.
#: `unavailable`: not sent, and not to be had from the FHIR server in time.
#: `refused`: not sent, and the FHIR server does not offer it. `forbidden`: not sent, and the FHIR server does not let us read it (403).
KeyState = Literal["data", "empty", "null", "failed", "unused", "garbage", "unavailable", "refused", "forbidden"]

_SEVERE: Final = frozenset({"error", "fatal"})

#: Why a search brought an entry that is none of its results.
_BESIDE: Final = frozenset({"include", "outcome"})

#: No chart has a thousand million results: such a number is no count.
_LONGEST_TOTAL: Final = 10


@dataclass(frozen=True, slots=True)
class KeyContent:
    """What stood under one prefetch key.

    Its state, the resource types in it, the URL of its next page where it is one of several, whether it came as a Bundle, and what is
    lost as long as nothing better is read under this key (garbage only). `total` results the server counted (0: it does not say), and
    `matches` of them came, on all pages together. `entries` are the resources that were kept of it.
    """

    state: KeyState
    types: frozenset[str] = frozenset()
    next_page: str | None = None
    bundled: bool = False
    lost: tuple[DataProblem, ...] = ()
    total: int = 0
    matches: int = 0
    entries: tuple[Entry, ...] = field(default=(), compare=False, repr=False)

    @property
    def cut_short(self) -> bool:
        """Whether the server counted more results than came, and says of no page that would bring the others."""
        return self.state in ("data", "empty") and self.next_page is None and self.total > self.matches

    def and_then(self, later: KeyContent) -> KeyContent:
        """This content with what was read later under the same key: a further page, or the whole search done anew."""
        state = self.state if later.state == "empty" and self.state == "data" else later.state
        types, bundled = self.types | later.types, self.bundled or later.bundled
        if not self.next_page:
            return replace(later, state=state, types=types, bundled=bundled)
        # Each page names the total of the whole search.
        total, matches = max(self.total, later.total), self.matches + later.matches
        return KeyContent(state, types, later.next_page, bundled, later.lost, total, matches, self.entries + later.entries)


def open_value(value: Resource | Sequence[Resource] | None, key: str, entries: list[Entry], problems: list[DataProblem]) -> KeyContent:
    """Open the value of a key. Adds the resources of used types to `entries`, and to `problems` what could not be used of it."""
    if value is None:
        return KeyContent("null")
    tops = [value] if isinstance(value, Resource) else value
    opening, before = _Opening(key, entries, problems), len(entries)
    opening.take([Entry(None, top) for top in tops])
    sent_alone = len(opening.bundles)
    for number, bundle in enumerate(opening.bundles):  # grows while Bundles are opened
        opening.open(bundle, alone=number < sent_alone)
    return opening.content(sent_alone, tuple(entries[before:]))


class _Opening:
    """The state of opening one value."""

    def __init__(self, key: str, entries: list[Entry], problems: list[DataProblem]) -> None:
        self.bundles: list[Resource] = []
        self._key = key
        self._entries = entries
        self._problems = problems
        self._types: set[str] = set()
        # Named once for a key, however many there are.
        self._unreadable: tuple[DataProblem, ...] = ()
        self._without_content = False
        self._answered = False
        self._failed = False
        self._total = 0
        self._matches = 0

    def open(self, bundle: Resource, *, alone: bool) -> None:
        """Open one Bundle, which stood `alone` under the key or in another one; Bundles in it wait for their turn."""
        nested = len(self.bundles)
        entries = bundle.entry or []
        total = _total_of(bundle)
        usable = self.take(entries, counted_none=total == 0)
        self._answered |= usable and len(self.bundles) == nested
        if not total:
            return
        matches = _matches(entries, total)
        if alone:
            self._total += total
            self._matches += matches
        elif total > matches and _next_of(bundle) is None and (not matches or not _types_of(entries) <= {"Observation"}):
            self._incomplete("a search that counted more results than it sent", _types_of(entries))

    def take(self, entries: Iterable[Entry], *, counted_none: bool = False) -> bool:
        """Sort the entries of one Bundle. Returns whether they are an answer: nothing in them failed or is of a foreign type."""
        bare: list[Entry] = []
        others = foreign = unreadable = False
        keep, note_type = self._entries.append, self._types.add
        for entry in entries:
            resource = entry.resource
            kind = resource.resource_type if resource is not None else "OperationOutcome"
            if resource is None or kind == "OperationOutcome":
                bare.append(entry)
                continue
            others = True
            if kind in USED_TYPES:
                note_type(kind)
                code: object = resource.code
                if type(code) is list:
                    self._problems.append(DataProblem("unreadable", lost_with_type(kind), source_of(resource), "unreadable: code"))
                elif kind == "Observation" or not is_foreign_fhir(resource):
                    keep(entry)
                else:
                    self._old_fhir(resource)
            elif kind == "Bundle":
                self.bundles.append(resource)
            elif kind:
                note_type(kind)
                foreign |= kind not in OLD_TYPES
                if kind in OLD_TYPES:
                    self._old_fhir(resource)
            else:
                unreadable = True
        if unreadable:
            self._unreadable = (DataProblem("unreadable", lost_with_key(self._key), "", "not a FHIR resource"),)
        failed = self._without_resource(bare, alone=not others and not counted_none) if bare else False
        return not failed and not foreign

    def _without_resource(self, bare: Iterable[Entry], *, alone: bool) -> bool:
        """Judge entries that brought an OperationOutcome or nothing. Returns whether something failed."""
        failed = False
        for entry in bare:
            response, outcome = response_of(entry), entry.resource
            if response is None and outcome is None:
                self._without_content = True
            elif response is not None and response.status is not None:
                fine = str(response.status).startswith("2") and _SEVERE.isdisjoint(response.severities)
                self._answered |= fine
                failed |= not fine
            elif outcome is not None:
                told = alone and search_mode_of(entry) != "outcome"
                failed |= told or not _SEVERE.isdisjoint(severities_of(outcome))
        self._failed |= failed
        return failed

    def content(self, sent_alone: int, kept: tuple[Entry, ...]) -> KeyContent:
        """What it all came to; the first `sent_alone` Bundles stood under the key itself, and `kept` came of it."""
        if self._without_content:
            self._problems.append(DataProblem("unreadable", lost_with_key(self._key), "", "an entry without a resource"))
        state = self._state()
        if state == "unused":
            return KeyContent("unused", frozenset(self._types), bundled=bool(self.bundles))
        if state == "garbage":
            return KeyContent("garbage", frozenset(self._types), bundled=bool(self.bundles), lost=tuple(self._lost_with_garbage()))
        self._problems += self._unreadable
        if self._failed and state != "failed":
            self._incomplete("a part of the client's own search failed")
        next_page = self._next_page(sent_alone)
        return KeyContent(state, frozenset(self._types), next_page, bool(self.bundles), (), self._total, self._matches, kept)

    def _state(self) -> KeyState:
        if not self._types.isdisjoint(USED_TYPES | OLD_TYPES):
            return "data"
        if self._answered:
            return "empty"
        if self._failed:
            return "failed"
        carries_facts = any(lost_with_type(kind) != "other" for kind in self._types)
        return "unused" if self._types and not (self._unreadable or carries_facts or self._key in OUR_KEYS) else "garbage"

    def _lost_with_garbage(self) -> Iterable[DataProblem]:
        yield from self._unreadable
        # A type of no interest under a key that nobody expects is no loss.
        subjects = lost_with_search(self._key, self._types) if self._types else {lost_with_key(self._key)}
        if not self._unreadable:
            for subject in sorted(subjects - {"other"}):
                yield DataProblem("unreadable", subject, "", "no resource of a type that is read")

    def _next_page(self, sent_alone: int) -> str | None:
        """The one next page that can be followed. Pages of nested Bundles, or of a second one, are named as missing."""
        followed: str | None = None
        for number, bundle in enumerate(self.bundles):
            link = _next_of(bundle)
            if link is None:
                continue
            if link and followed is None and number < sent_alone:
                followed = link
            else:
                detail = "not all pages of a nested search" if link else "a next page without an address"
                self._incomplete(detail, _types_of(bundle.entry or ()))
        return followed

    def _incomplete(self, detail: str, types: Iterable[str] = ()) -> None:
        for subject in sorted(lost_with_search(self._key, types)):
            self._problems.append(DataProblem("incomplete", subject, "", detail))

    def _old_fhir(self, resource: Resource) -> None:
        detail = f"{resource.resource_type} in the shape of FHIR {'R5' if is_r5(resource) else 'DSTU2 or STU3'}"
        self._problems.append(DataProblem("old-fhir", lost_with(resource), source_of(resource), detail))


def _next_of(bundle: Resource) -> str | None:
    """The address of the next page: empty where there is one and nobody says where, `None` where there is none."""
    found = [link.url or "" for link in bundle.link or () if (link.relation or "").lower() == "next"]
    return max(found, default=None)


def _total_of(bundle: Resource) -> int | None:
    """How many results the server counted, where it says so in a whole number."""
    total = bytes(bundle.total).strip(b'"')
    return int(total) if total.isdigit() and len(total) < _LONGEST_TOTAL else None


def _matches(entries: Sequence[Entry], total: int) -> int:
    """How many of the entries are results; the others came beside them."""
    if len(entries) == total:
        return total
    results = (entry for entry in entries if entry.resource is not None and entry.resource.resource_type != "OperationOutcome")
    return sum(search_mode_of(entry) not in _BESIDE for entry in results)


def _types_of(entries: Iterable[Entry]) -> frozenset[str]:
    """The types of the results that a case uses, or once used."""
    types = {entry.resource.resource_type for entry in entries if entry.resource is not None}
    return frozenset(types & (USED_TYPES | OLD_TYPES))
