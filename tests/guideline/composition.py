"""What a card is made of, without its wording: which sentences with which values, facts, questions, rules, options and clicks.

`python -m tests.guideline.composition` prints that of every reference case (`reference_cases.py`) as `composition.yaml` holds it: print it
anew after a change of the rules, and read the difference.
"""

from __future__ import annotations

import re
import string
import sys
from typing import Any

import yaml

from guideline.advice import Advice, FactUsed, Finding, Option, Statement, Treatment
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.rules.objections import objection
from guideline.situation import situation
from tests.guideline.case_builder import GUIDELINE_US


def composition(advice: Advice, case: Case | None = None) -> dict[str, Any]:
    """Each card of an advice by topic, the treatment first; of a silent advice the rules that say so.

    With the case also why each regimen that is not on its treatment card is not.
    """
    findings = [*([advice.treatment] if advice.treatment is not None else []), *advice.findings]
    if not findings:
        return {"silent": _row(advice.silent)}
    cards: dict[str, Any] = {finding.topic: _card(finding) for finding in findings}
    cards["line"] = advice.line
    if case is not None and advice.treatment is not None:
        cards["ruled out"] = _ruled_out(case, advice.treatment)
    return cards


def _ruled_out(case: Case, treatment: Treatment) -> dict[str, str]:
    s = situation(case, GUIDELINE_US)
    named = {option.regimen for option in (treatment.lead, *treatment.alternatives, *treatment.barred) if option is not None}
    against = {regimen: objection(s, regimen) for regimen in K.regimens if regimen not in named}
    return {regimen: said(found.statement) for regimen, found in against.items() if found is not None}


def _card(finding: Finding) -> dict[str, Any]:
    card: dict[str, Any] = {finding.indicator: said(finding.headline)}
    if isinstance(finding, Treatment):
        card |= {
            "lead": _option(finding.lead) if finding.lead is not None else None,
            "alternatives": [_option(option) for option in finding.alternatives],
            "barred": [_option(option) for option in finding.barred],
            "why": [said(statement) for statement in finding.why],
            "checks": [said(statement) for statement in finding.checks],
        }
    card |= {
        "says": [said(statement) for statement in finding.detail],
        "facts": [_fact(fact) for fact in finding.facts],
        "asks": [f"{gap.input} {said(gap.ask)}" for gap in finding.missing],
        "avoid": _row(finding.avoid),
        "requests": _row(finding.requests),
        "clicks": [
            " ".join(word for word in (s.act, s.code, "(an order)" if s.order else None, "recommended" if s.recommended else None) if word)
            for s in finding.suggestions
        ],
        "rules": _row(finding.rules),
    }
    return {part: content for part, content in card.items() if content}


def _option(option: Option) -> dict[str, Any]:
    parts = {
        option.regimen: [said(statement) for statement in option.reasons],
        "cautions": [said(statement) for statement in option.cautions],
        "label": said(option.label) if option.label is not None else None,
        "evidence": _row(option.evidence),
        "rules": _row(option.rules),
        "doses": list(option.doses),
    }
    return {part: content for part, content in parts.items() if content or part == option.regimen}


def _fact(fact: FactUsed) -> str:
    where = "inferred from" if fact.inferred else "by"
    kind = (fact.source or "nothing").partition("/")[0]
    return f"{fact.name}: {fact.value} ({fact.date or 'no date'}; {where} {kind})"


def _row(words: tuple[str, ...]) -> str:
    return ", ".join(words)


def said(statement: Statement) -> str:
    """The id of a sentence and the patient's values in it: `lvef-due (days: 86, drugs: trastuzumab)`."""
    template = K.templates.get(statement.id)
    if template is None or statement.text == template.text:
        return statement.id
    pattern, names = "", []
    for text, name, _, _ in string.Formatter().parse(template.text):
        pattern += re.escape(text)
        if name is not None:
            pattern += "(.*)"
            names.append(name)
    filled = re.fullmatch(pattern, statement.text, re.DOTALL)
    assert filled is not None, statement
    return f"{statement.id} ({', '.join(f'{name}: {value}' for name, value in zip(names, filled.groups(), strict=True))})"


def main() -> None:
    """Print the composition of every reference case."""
    from tests.guideline.reference_cases import REFERENCE_CASES  # noqa: PLC0415 -- it builds its cases on import

    whole = {name: composition(*asked()) for name, asked in REFERENCE_CASES.items()}
    yaml.safe_dump(whole, sys.stdout, sort_keys=False, allow_unicode=True, default_flow_style=None, width=138)


if __name__ == "__main__":
    main()
