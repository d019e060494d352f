"""Where the rule book says that a rule speaks, against where it does: a committee switches rules off by what it reads there."""

from __future__ import annotations

from guideline.knowledge_base import rule_book
from guideline.spoken_rules import rules_in
from tests.guideline.reference_cases import REFERENCE_CASES


def test_rules_speak_where_the_book_says():
    spoke: dict[str, set[str]] = {"card": set(), "order": set()}
    for asked in REFERENCE_CASES.values():
        advice, chart = asked()
        findings = [finding for finding in (advice.treatment, *advice.findings) if finding is not None]
        spoke["order" if chart is None else "card"].update(rules_in(*findings))
    book = rule_book()
    for where, rules in spoke.items():
        assert {rule: book[rule].status for rule in rules if book[rule].status not in (where, "both")} == {}, where
    assert {rule for rule in spoke["card"] ^ spoke["order"] if book[rule].status == "both"} == set()
