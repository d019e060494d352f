"""The rule book: every rule with its trigger, advice, strength, evidence and sources, grouped as clinicians look for it.

Made from the knowledge files that the rules themselves read and from the site's settings, so that the book and the advice cannot differ.
`service.rule_book_forms` writes it as text, Markdown and JSON; the page `/rules` is where a card's source link leads. What a rule
names as its sources stands in `service.source_pages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from cards.topics import TOPICS
from guideline.advice import TREATMENT_TOPICS
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book as rule_entries
from guideline.knowledge_base import settled_conflicts
from guideline.knowledge_base import sources as source_register
from guideline.knowledge_entries import RuleEntry
from guideline.practice import Practice
from guideline.site_file import limits
from guideline.site_rules import why_locked
from service.settings import Settings, variable
from service.sites.audience import Audience

#: What every reader is told first; `docs/intended-use.md` is the whole of it.
INTENDED_USE = (
    "For clinicians who treat breast cancer: it shows what guidelines, labels and trials say about what the record says, with the basis to "
    "be reviewed, and the clinician decides; it is not for patients, not for emergencies, and not a substitute for clinical judgement."
)

#: What it means at a site that a rule is off.
WHAT_OFF_MEANS = (
    "A rule that is off makes no card: a card goes with the rule that leads it (a card that names none, with all rules of its headline). "
    "An alternative on a treatment card goes with the rule that offers it, unless the headline names it, and a sentence goes when every "
    "rule it states is off. The treatment card, its leading regimen, label notes, what is asked as missing, what is barred, and every "
    "critical card stay. Each advice keeps the ids of rules that would have spoken had they been on."
)

#: What a reader is told about where a rule speaks.
WHERE_IT_SPEAKS = {
    "card": "on cards when a chart is opened",
    "order": "at order entry (order-select, order-sign)",
    "both": "on cards when a chart is opened, and at order entry (order-select, order-sign)",
    "text": "in this book only",
}

_CARD_KINDS = frozenset({"NEVER", "CHECK", "DO", "LABEL"})
_OPTION_KINDS = frozenset({"ALT", "INFO"})
_GRADED_KINDS = frozenset({"REC", "ALT"})


@dataclass(frozen=True, slots=True)
class BookRule:
    """One rule as readers see it: the entry of the knowledge files, what may be printed of its basis, and its state at this site.

    `evidence` are findings with population, year and citation, `labels` what labels say, `conflicts` where its sources disagreed and what
    was settled. `locked`: why no site may switch it off.
    """

    entry: RuleEntry
    evidence: tuple[str, ...]
    labels: tuple[str, ...]
    conflicts: tuple[str, ...]
    off: bool
    locked: str | None

    @property
    def where(self) -> str:
        """Where the rule speaks, and why not on a card if it does not."""
        where = WHERE_IT_SPEAKS[self.entry.status]
        return f"{where}: {self.entry.reason}" if self.entry.reason else where

    @property
    def switched(self) -> Literal["on", "always on", "off"]:
        """The state of the rule at this site."""
        if self.off:
            return "off"
        return "on" if self.locked is None else "always on"

    @property
    def state(self) -> str:
        """The state of the rule at this site, in words."""
        if self.locked is not None:
            return f"always on: {self.locked}" if self.entry.status != "text" else "nothing to switch off: it speaks in this book only"
        return f"{self.switched}; off means: {off_means(self.entry)}"

    @property
    def links(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The rows whose parts lead into the register of sources, by label: what is written, and the entry's anchor there."""
        named, checked = source_register().named, (*self.entry.evidence, *self.entry.conflicts)
        return {
            "Said by": tuple((name, named[name].id) for name in self.entry.sources),
            "Checked": tuple((id_, id_.partition("/")[0]) for id_ in checked),
        }

    @property
    def cards(self) -> tuple[str, ...]:
        """The cards on which the rule may speak, as EHRs show them."""
        return tuple(TOPICS[topic].display for topic in self.entry.topics)

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """The labelled parts that the rule has, in reading order."""
        entry = self.entry
        strength = entry.strength or ("not graded by its sources" if entry.kind in _GRADED_KINDS else None)
        yield from _some(("When", entry.trigger), ("Advice", entry.advice), ("Strength", strength))
        yield from (("Evidence", line) for line in self.evidence)
        yield from (("Label", line) for line in self.labels)
        yield "Said by", "; ".join(entry.sources)
        yield from _some(("Checked", "; ".join((*entry.evidence, *entry.conflicts))))
        yield from (("Conflict", line) for line in self.conflicts)
        yield from _some(("Note", entry.note), ("Speaks", self.where), ("Cards", "; ".join(self.cards)), ("Here", self.state))


@dataclass(frozen=True, slots=True)
class BookGroup:
    """The rules of one clinical subject."""

    name: str
    anchor: str
    rules: tuple[BookRule, ...]


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """A limit as this site has it: what it is, its value, its bounds, and where the value comes from."""

    meaning: str
    value: float
    least: float
    most: float
    origin: str

    @property
    def line(self) -> str:
        """The limit as one line."""
        return f"{self.meaning}: {self.value:g} ({self.origin}; may be {self.least:g} to {self.most:g})"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, grouped, in the order of the knowledge files, and how this site reads them."""

    groups: tuple[BookGroup, ...]
    practice: Practice
    limits: tuple[SiteLimit, ...]
    audience: Audience

    @property
    def rules(self) -> Iterator[BookRule]:
        """Every rule, in order."""
        return (rule for group in self.groups for rule in group.rules)

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The ids of the rules that are off here, in the order of the book."""
        return tuple(rule.entry.id for rule in self.rules if rule.off)

    @property
    def site_lines(self) -> Iterator[str]:
        """How this site reads the rules, one line for each choice."""
        order = "as the source documents (ASCO 2022 era)" if self.practice.evidence_profile == "guideline" else "with approvals since 2022"
        yield f"profile {self.practice.label}: the first-line options {order}, label notes of the {self.practice.jurisdiction}"
        yield from (limit.line for limit in self.limits)
        yield f"rules switched off: {', '.join(self.switched_off) or 'none'}"
        yield from self.audience.lines


def rule_book(settings: Settings) -> RuleBook:
    """The book as this site has it."""
    practice, conflicts = settings.practice, settled_conflicts()
    groups: dict[str, list[BookRule]] = {}
    for entry in rule_entries().values():
        rule = BookRule(
            entry,
            evidence=tuple(printable(entry.evidence)),
            labels=tuple(_labels(entry.id)),
            conflicts=tuple(f"{conflicts[id_].clash} {conflicts[id_].settled}" for id_ in entry.conflicts),
            off=entry.id in practice.rules_off,
            locked=why_locked(entry),
        )
        groups.setdefault(entry.group, []).append(rule)
    return RuleBook(
        tuple(BookGroup(name, f"group-{number}", tuple(rules)) for number, (name, rules) in enumerate(groups.items(), 1)),
        practice,
        site_limits(settings),
        settings.audience,
    )


def site_limits(settings: Settings) -> tuple[SiteLimit, ...]:
    """The limits that a site may set, as this site has them."""
    return tuple(
        SiteLimit(limit.meaning, getattr(settings.practice, limit.name), limit.least, limit.most, _origin(settings, limit.name))
        for limit in limits()
    )


def _origin(settings: Settings, limit: str) -> str:
    origin = settings.origin(limit)
    return f"set by {variable(limit)}" if origin == "variable" else f"set by the {origin}" if origin == "site file" else origin


def off_means(entry: RuleEntry) -> str:
    """What a site loses when it switches this rule off, in words."""
    lost = []
    # When a chart is opened the treatment card stays whatever is off; at order entry a card may stand under its topic that a rule leads.
    own = [topic for topic in entry.topics if entry.status != "card" or topic not in TREATMENT_TOPICS]
    if entry.kind in _CARD_KINDS and own:
        cards = " or ".join(f'"{TOPICS[topic].display}"' for topic in own)
        lost.append(f"no card {cards} that this rule leads")
    offered = [regimen.short for regimen in K.regimens.values() if entry.id in regimen.rules] if entry.kind in _OPTION_KINDS else []
    if offered:
        lost.append(f"{', '.join(offered)} not offered as an alternative on its grounds")
    sentences = sum(statement.rules == (entry.id,) for statement in (*K.statements.values(), *K.templates.values()))
    if sentences:
        lost.append(f"up to {sentences} sentence{'s' if sentences > 1 else ''} of its own left out")
    return "; ".join(lost) or "its sentences are left out once the other rules that they state are off too"


def _some(*rows: tuple[str, str | None]) -> Iterator[tuple[str, str]]:
    return ((label, text) for label, text in rows if text)


def printable(facts: Iterable[str]) -> Iterator[str]:
    """The sentences about these checked facts (`E01`, or `E16/5.0`: that section of a guideline) that may be printed.

    What is not confirmed stays out of the book too.
    """
    for fact in facts:
        id_, _, section = fact.partition("/")
        found = (entry for entry in K.evidence.values() if entry.fact == id_ and entry.line is not None)
        yield from (f"{entry.line}. Source: {entry.source}" for entry in found if not section or entry.trial.endswith(f", {section}"))


def _labels(rule: str) -> Iterator[str]:
    for windows in K.labels.values():
        yield from (f"{label.text} (as of {label.as_of}; {label.source})" for label in windows if label.rule == rule)
