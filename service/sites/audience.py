"""Who of a site sees what: the members `audience`, `topics_off` and `topics_for` of its file.

    audience: [PractitionerRole/onc-1]           # who gets cards at all; without it, everybody
    topics_off: [SupportiveCare]                 # no card of these topics, for nobody
    topics_for:                                  # topics that only some of the audience get
      RebiopsySuggested: [http://snomed.info/sct|394593009]

A user is named by type (`Practitioner`, `PractitionerRole`), by reference (`Practitioner/17`), or by a code or specialty of the user's
PractitionerRole, as SYSTEM|CODE. Whoever is in the audience sees all that can harm a patient today: only a topic that may be off for
everybody may be for some only (`guideline.site_rules.why_topic_locked`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cards.topics import TOPICS
from guideline.knowledge_entries import RuleEntry
from guideline.knowledge_files import Path_
from guideline.site_rules import why_topic_locked

#: The kinds of user who may see cards. They are written for clinicians, so never for a patient or a relative.
KINDS: Final = frozenset({"Practitioner", "PractitionerRole"})

_REFERENCE: Final = re.compile(r"(?:Practitioner|PractitionerRole)/[A-Za-z0-9.\-_]{1,256}")
_CODE: Final = re.compile(r"\A[^\s|]++\|[^\s|]++")

_USERS: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}

#: The members, each with its JSON schema.
SCHEMAS: Final[Mapping[str, Any]] = {
    "audience": _USERS,
    "topics_off": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "topics_for": {"type": "object", "additionalProperties": _USERS},
}


@dataclass(frozen=True, slots=True)
class User:
    """Who asks: `references` such as `Practitioner/17`, and the `codes` of the user's roles and specialties, as SYSTEM|CODE."""

    references: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Everything by which a site may have listed this user."""
        return self.references | self.codes | {reference.partition("/")[0] for reference in self.references}


@dataclass(frozen=True, slots=True)
class Audience:
    """Who sees what. `off`: topics for nobody. `everyone`: who gets cards, `None` for everybody. `topics_for`: topics for some of them."""

    off: frozenset[str] = frozenset()
    everyone: frozenset[str] | None = None
    topics_for: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def depends_on_user(self) -> bool:
        """Whether not everybody sees the same."""
        return self.everyone is not None or bool(self.topics_for)

    @property
    def lists_people(self) -> bool:
        """Whether more of a user has to be known than the type."""
        return any(not KINDS.issuperset(users) for users in (self.everyone or (), *self.topics_for.values()))

    def includes(self, user: User) -> bool:
        """Whether this user gets cards at all."""
        return self.everyone is None or not self.everyone.isdisjoint(user.names)

    def hidden_from(self, user: User) -> frozenset[str]:
        """The topics that this user does not see and others do."""
        return frozenset(topic for topic, users in self.topics_for.items() if users.isdisjoint(user.names))

    @property
    def lines(self) -> Iterator[str]:
        """Who sees what, one line for each choice. Users are counted, not named: the rule book is for everyone to read."""
        yield f"topics switched off: {', '.join(sorted(self.off)) or 'none'}"
        if self.everyone is not None:
            yield f"cards are for those only whom the site lists ({len(self.everyone)} entries); nobody else gets any"
        if self.topics_for:
            yield f"topics for some of them only: {', '.join(sorted(self.topics_for))}"


def read_audience(said: Mapping[str, Any]) -> Audience:
    """What the members of a file that is in order say."""
    everyone = said.get("audience")
    return Audience(
        frozenset(said.get("topics_off", ())),
        None if everyone is None else frozenset(everyone),
        {topic: frozenset(users) for topic, users in said.get("topics_for", {}).items()},
    )


def audience_faults(said: Mapping[str, Any], rules: Mapping[str, RuleEntry]) -> Iterator[tuple[Path_, str]]:
    """What is wrong with members that keep to their schemas. `rules` is the rule book."""
    off = said.get("topics_off", ())
    for place, topic in enumerate(off):
        yield from ((("topics_off", place), fault) for fault in _topic_faults(topic, rules, "be switched off"))
    for topic, users in said.get("topics_for", {}).items():
        yield from ((("topics_for", topic), fault) for fault in _topic_faults(topic, rules, "be for some only"))
        if topic in off:
            yield ("topics_for", topic), "is off, so it is for nobody"
        yield from ((("topics_for", topic, place), fault) for place, fault in _user_faults(users))
    yield from ((("audience", place), fault) for place, fault in _user_faults(said.get("audience", ())))


def _topic_faults(topic: str, rules: Mapping[str, RuleEntry], what: str) -> Iterator[str]:
    if topic not in TOPICS:
        yield f"there is no topic {topic!r}"
    elif (reason := why_topic_locked(topic, rules)) is not None:
        yield f"{topic} cannot {what}: {reason}"


def _user_faults(users: Iterable[str]) -> Iterator[tuple[int, str]]:
    for place, user in enumerate(users):
        if user.partition("/")[0] in {"Patient", "RelatedPerson", "Person"}:
            yield place, "cards are for clinicians, not for patients or relatives"
        elif user not in KINDS and not _REFERENCE.fullmatch(user) and not _CODE.fullmatch(user):
            yield place, f"should be Practitioner, PractitionerRole, one of these with an id (Practitioner/17), or SYSTEM|CODE: {user!r}"
