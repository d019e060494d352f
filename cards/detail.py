"""The text of a card, from the act down to the basis it rests on: markdown that reads as well unrendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from cards.sharing import CardContent
from cards.wording import SUMMARY_LIMIT, VALUE_LIMIT, bold, bullets, escape, one_line, section, start_of_line
from guideline.advice import Advice, FactUsed, Finding, Option, Statement, Treatment
from guideline.knowledge_base import KNOWLEDGE
from guideline.practice import PROFILE_WORDS

#: The sentences without a patient's value, escaped once at start.
_READY = {statement.text: start_of_line(escape(statement.text)) for statement in KNOWLEDGE.statements.values()}


def write_detail(content: CardContent, advice: Advice, asked: set[str], by_hand: Iterable[str] = ()) -> str:
    """The whole detail of a card. What is in `asked` was asked on a card above and is not asked again; what this card asks joins it.

    `by_hand` says what to do in the orders where the card cannot offer it at one click.
    """
    main = content.main
    titled = _needs_title(content)
    blocks = _treatment_blocks(main, titled=titled) if isinstance(main, Treatment) else _finding_blocks(main, titled=titled)
    written = [
        *blocks,
        *(_joined_blocks(content) if content.joined else ()),
        _missing_block(content.findings, asked),
        section("By hand", bullets(by_hand)),
        _basis(advice, isinstance(main, Treatment)),
    ]
    return "\n\n".join([block for block in written if block])


def _needs_title(content: CardContent) -> bool:
    """Whether the detail begins with the headline: where the summary has no room for all of it, or others stand below it."""
    return bool(content.joined) or len(content.main.headline.text) > SUMMARY_LIMIT


def _finding_blocks(finding: Finding, *, titled: bool) -> Iterator[str]:
    if titled:
        yield bold(finding.headline.text)
    yield "\n".join([*_said(finding.detail), *_facts(finding.facts)])


def _joined_blocks(content: CardContent) -> Iterator[str]:
    shown = set(content.main.facts)
    for finding in content.joined:
        new_facts = [fact for fact in finding.facts if fact not in shown]
        shown.update(new_facts)
        yield "\n".join([bold(f"Also: {finding.headline.text}"), *_said(finding.detail), *_facts(new_facts)])


def _treatment_blocks(treatment: Treatment, *, titled: bool) -> Iterator[str]:
    lead = treatment.lead
    if lead is not None:
        yield _own_doses_block(lead) if lead.doses else _regimen_block(lead.regimen)
    elif titled:
        yield bold(treatment.headline.text)
    yield "\n".join(_said(treatment.detail))
    yield section("Why", _said(_reasons(treatment)))
    yield section("From the record", bullets(map(_fact, treatment.facts)))
    yield section("Before the first dose", _said(treatment.checks))
    if lead is not None:
        yield section("Caution", _said(lead.cautions))
        yield section("Evidence", [f"- {_evidence(evidence)}" for evidence in lead.evidence])
    options = [line for option in treatment.alternatives for line in _option_lines(option)]
    yield section("Options" if lead is None else "Alternatives", options)
    yield section("Avoid", [_barred_line(option) for option in treatment.barred])
    if lead is not None and lead.label is not None:
        yield f"**Label**\n- {_label(lead.label.text)}"


def _reasons(treatment: Treatment) -> tuple[Statement, ...]:
    lead = treatment.lead
    return treatment.why if lead is None else (*treatment.why, *lead.reasons)


def _option_lines(option: Option) -> Iterator[str]:
    short, doses = _regimen_in_brief(option.regimen)
    if option.doses:
        doses = escape("; ".join(option.doses))
    yield f"- **{short}**" + _after_colon(option.reasons)
    if doses:
        yield f"  - Dose: {doses}"
    if option.cautions:
        yield "  - Caution" + _after_colon(option.cautions)
    if option.label is not None:
        yield f"  - Label: {_label(option.label.text)}"
    yield from (f"  - Evidence: {_evidence(evidence)}" for evidence in option.evidence)


def _barred_line(option: Option) -> str:
    short, _ = _regimen_in_brief(option.regimen)
    return f"- **{short}**" + _after_colon((*option.reasons, *option.cautions))


def _after_colon(statements: Iterable[Statement]) -> str:
    said = " ".join([_line(statement.text) for statement in statements])
    return f": {said}" if said else ""


def _said(statements: Iterable[Statement]) -> list[str]:
    lines = {statement.text: _line(statement.text) for statement in statements}
    return [f"- {line}" for line in lines.values() if line]


def _line(sentence: str) -> str:
    return _READY.get(sentence) or start_of_line(escape(sentence))


def _facts(facts: Iterable[FactUsed]) -> list[str]:
    """One line with what was read, so that a clinician can see at a glance what the advice rests on."""
    read = "; ".join(filter(None, map(_fact, facts)))
    return [f"- From the record: {escape(read)}"] if read else []


def _fact(fact: FactUsed) -> str:
    """A fact with its date, unless its words name that day already; nothing when it holds no value."""
    value = one_line(fact.value, VALUE_LIMIT)
    if not value:
        return ""
    remarks = fact.date if fact.date and not _names_day(value, fact.date) else ""
    if fact.inferred:
        remarks = f"{remarks}, inferred" if remarks else "inferred"
    return f"{fact.name}: {value} ({remarks})" if remarks else f"{fact.name}: {value}"


def _names_day(value: str, day: str) -> bool:
    """Whether the words hold the date itself, not a longer one that begins with it."""
    _, found, after = value.partition(day)
    return bool(found) and not after.startswith("-")


def _missing_block(findings: Iterable[Finding], asked: set[str]) -> str:
    """What to find out, without what a card above or a check of this card says in the same words."""
    for finding in findings:
        asked.update([statement.text for statement in finding.detail])
        if isinstance(finding, Treatment):
            asked.update([check.text for check in finding.checks])
    asks = [gap.ask for finding in findings for gap in finding.missing if gap.ask.text not in asked]
    asked.update([ask.text for ask in asks])
    return section("Missing", _said(asks))


def _own_doses_block(lead: Option) -> str:
    """The regimen with the doses of this patient, where they are not the regimen's own."""
    return "\n".join([bold(KNOWLEDGE.regimens[lead.regimen].short), *bullets(lead.doses)])


@cache
def _regimen_block(regimen: str) -> str:
    entry = KNOWLEDGE.regimens[regimen]
    return "\n".join([bold(entry.name), *bullets(entry.dose_lines)])


@cache
def _regimen_in_brief(regimen: str) -> tuple[str, str]:
    entry = KNOWLEDGE.regimens[regimen]
    return escape(entry.short), escape("; ".join(entry.dose_lines))


@lru_cache(maxsize=1024)
def _label(note: str) -> str:
    """A label note: it is made of the knowledge alone."""
    return _line(note)


@cache
def _evidence(evidence: str) -> str:
    return start_of_line(escape(KNOWLEDGE.evidence_line(evidence)))


def _basis(advice: Advice, whole: bool) -> str:
    """The last line: what the advice follows, and how old that knowledge is. Only treatment depends on the evidence profile."""
    return _basis_line(advice.profile if whole else "", advice.knowledge)


@cache
def _basis_line(profile: str, knowledge: str) -> str:
    dated = f"knowledge {knowledge}, {KNOWLEDGE.review_status}"
    if not profile:
        return escape(f"Basis: {dated}.")
    evidence_profile, _, jurisdiction = profile.partition("/")
    return escape(f"Basis: {PROFILE_WORDS[evidence_profile]}, {jurisdiction} labels; {dated}.")
