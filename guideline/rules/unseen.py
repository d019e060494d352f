"""Parts of the record that did not come or cannot be read: named on the cards, and never taken for "none" (R131, decision 26).

A search that failed, or of which pages are missing, leaves a gap that nobody sees in what did come. So the first card names it, a test
that may have been done is looked up rather than ordered, and an order that was checked without a safety-relevant part says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from guideline.advice import Finding, Statement, Treatment
from guideline.case import Case
from guideline.drug_classes import HER2_DRUGS
from guideline.facts_used import headline_names
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.reproductive import past_term

#: Kinds of fact by which an order may turn out unsafe.
_SAFETY = frozenset({"therapy", "diagnosis", "lvef", "lung", "heart", "pregnancy", "lab", "allergy"})

#: Kinds of fact that change advice where they are on record.
_TELLING = _SAFETY | {"her2", "course", "patient"}

#: Which examinations may have been done, and not been seen.
_PERHAPS_DONE = {"lvef": frozenset({"echocardiogram"}), "her2": frozenset({"her2-ihc", "her2-ish"})}

#: Headlines that would take what was not seen for missing, and what stands in their place.
_INSTEAD = {
    ("her2", "her2-unknown"): "her2-not-seen",
    ("her2", "her2-test-awaited"): "her2-not-seen",
    ("her2", "her2-equivocal"): "her2-ish-not-seen",
    ("her2", "her2-ish-awaited"): "her2-ish-not-seen",
    ("her2", "order-her2-unknown"): "her2-not-seen",
    ("her2", "order-her2-awaited"): "her2-not-seen",
    ("her2", "order-her2-without-ish"): "her2-ish-not-seen",
    **dict.fromkeys(
        [("lvef", f"lvef-{state}") for state in ("never", "never-booked", "due", "overdue", "overdue-booked")], "lvef-not-seen"
    ),
    **dict.fromkeys([("lvef", "order-lvef-none"), ("lvef", "order-lvef-old")], "order-lvef-not-seen"),
}

#: What is asked for in the same case.
_ASKED_INSTEAD = dict.fromkeys([("lvef", "check-lvef-none"), ("lvef", "check-lvef-old")], "ask-lvef-not-seen")

#: As many parts as a headline has room for.
_MOST_NAMED = 4

#: Headlines that name the parts themselves.
_SAID = frozenset({"unchecked-order", "nothing-said-record-not-seen"})

_Any = TypeVar("_Any", bound=Finding)


def unseen_parts(case: Case) -> tuple[str, ...]:
    """The kinds of fact (`DataProblem.subject`) of which a part was not seen, sorted."""
    return tuple(sorted({p.subject for p in case.problems if p.kind == "incomplete"}))


def naming_unsent(case: Case, chosen: Treatment | None) -> Treatment | None:
    """The treatment card, saying that a kind of medication record was never sent, where that is not its condition anyway."""
    said = K.say("medications-not-sent")
    if chosen is None or said in chosen.detail or not any(p.kind == "unsent" and p.subject == "therapy" for p in case.problems):
        return chosen
    return replace(chosen, detail=(said, *chosen.detail))


def naming_what_is_open(case: Case, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The same advice, its first card naming all that was not seen, not permitted, not read or not counted."""
    found = list(findings)
    for naming in (_naming_unseen, _naming_forbidden, _naming_unread_answers, _naming_unread_codes):
        chosen, found = naming(case, chosen, found)
    return chosen, found


def _naming_unseen(case: Case, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The same advice, its first card naming what was not seen."""
    parts = unseen_parts(case)
    if not parts:
        return chosen, list(findings)
    if chosen is not None and any(s.id == "condition-record-incomplete" for s in chosen.detail):
        parts = tuple(part for part in parts if part != "therapy")
    if not parts or any(f.topic == "MissingData" and f.headline.id in _SAID for f in findings):
        return chosen, list(findings)
    return _on_first_card(K.say("record-not-seen", parts=_words(parts)), chosen, [_as_far_as_seen(f, parts) for f in findings])


def _naming_forbidden(case: Case, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The same advice, its first card naming what the EHR does not let this service read.

    That is so every day, so it is no finding of its own: it must not stand between the clinician and each order.
    """
    parts = tuple(sorted({p.subject for p in case.problems if p.kind == "forbidden" and p.subject in _TELLING}))
    if not parts:
        return chosen, list(findings)
    return _on_first_card(K.say("record-not-permitted", parts=_words(parts)), chosen, [_as_far_as_seen(f, parts) for f in findings])


def _naming_unread_answers(case: Case, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The same advice, its first card saying that an intake answer was given and could not be read: nobody here knows what it says."""
    if not any(p.kind == "unreadable" and p.subject == "intake" and p.source for p in case.problems):
        return chosen, list(findings)
    return _on_first_card(K.say("intake-answer-not-read"), chosen, findings)


def _naming_unread_codes(case: Case, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    """The same advice, its first card saying that the problem list may hold more about heart, lungs or a pregnancy than counts here."""
    parts = _unread_codes(case)
    if not parts or any(f.headline.id == "problem-code-not-read" for f in findings):
        return chosen, list(findings)
    return _on_first_card(K.say("problem-code-not-counted", parts=parts), chosen, findings)


def unread_code(case: Case, drugs: Iterable[str]) -> Finding | None:
    """HER2 drugs of which nothing is to be said, beside a code that may mean what stops them."""
    parts, under = _unread_codes(case), headline_names(HER2_DRUGS.intersection(drugs))
    if not parts or not under:
        return None
    headline, detail = K.say("problem-code-not-read", drugs=under, parts=parts), (K.say("problem-code-look-up"),)
    return Finding("MissingData", "warning", headline, detail, rules=("R131",))


def _unread_codes(case: Case) -> str:
    """What they may be about, in words; empty where there is none."""
    unread = (p for p in case.problems if p.kind == "unread-code")
    subjects = {p.subject for p in unread if p.subject != "pregnancy" or not past_term(p.date, case.today)}
    return ", ".join(K.say(f"problem-code-{subject}").text for subject in sorted(subjects))


def unchecked_order(case: Case) -> Finding | None:
    """An order of which nothing is to be said, as far as was seen: not every part that could speak against it was."""
    parts = tuple(part for part in unseen_parts(case) if part in _SAFETY)
    return Finding("MissingData", "info", K.say("unchecked-order", parts=_few_words(parts)), rules=("R131",)) if parts else None


def unseen_history(case: Case) -> Finding | None:
    """A patient of ours of whom nothing is to be said, as far as was seen, when therapies or diagnoses were not."""
    parts = tuple(part for part in unseen_parts(case) if part in {"therapy", "diagnosis"})
    return (
        Finding("MissingData", "info", K.say("nothing-said-record-not-seen", parts=_few_words(parts)), rules=("R131",)) if parts else None
    )


def _few_words(parts: Sequence[str]) -> str:
    """For a headline, which is short."""
    return _words(parts) if len(parts) <= _MOST_NAMED else f"{_words(parts[:_MOST_NAMED])} and more"


def _words(parts: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(K.say(f"record-part-{part}").text for part in parts))


def _on_first_card(said: Statement, chosen: Treatment | None, findings: Sequence[Finding]) -> tuple[Treatment | None, list[Finding]]:
    if chosen is not None:
        return _with_detail(chosen, said), list(findings)
    return None, [_with_detail(findings[0], said), *findings[1:]] if findings else []


def _with_detail(finding: _Any, said: Statement) -> _Any:
    return replace(finding, detail=(*finding.detail, said))


def _as_far_as_seen(finding: Finding, parts: Sequence[str]) -> Finding:
    """The finding without a test that may have been done, and with "look it up" where it would have said that there is no result."""
    doubtful = frozenset[str]().union(*(_PERHAPS_DONE.get(part, frozenset()) for part in parts))
    return replace(
        finding,
        headline=_instead(finding.headline, parts, _INSTEAD),
        missing=tuple(replace(gap, ask=_instead(gap.ask, parts, _ASKED_INSTEAD)) for gap in finding.missing),
        requests=tuple(request for request in finding.requests if request not in doubtful),
        suggestions=tuple(one for one in finding.suggestions if one.act != "request" or one.code not in doubtful),
    )


def _instead(said: Statement, parts: Sequence[str], instead: Mapping[tuple[str, str], str]) -> Statement:
    other = next((instead[part, said.id] for part in parts if (part, said.id) in instead), None)
    return K.say(other) if other is not None else said
