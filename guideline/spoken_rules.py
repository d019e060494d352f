"""Which rules speak in findings, and the order in which rule ids are read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from guideline.advice import Finding, Treatment


def rules_in(*findings: Finding) -> tuple[str, ...]:
    """Every rule that speaks in findings: their own, those of their sentences and those of their options."""
    spoke: set[str] = set()
    for finding in findings:
        spoke.update(finding.rules)
        said = [finding.headline, *finding.detail, *(gap.ask for gap in finding.missing)]
        if isinstance(finding, Treatment):
            said += (*finding.why, *finding.checks)
            for option in (finding.lead, *finding.alternatives, *finding.barred):
                if option is not None:
                    spoke.update(option.rules)
                    said += (*option.reasons, *option.cautions, *([option.label] if option.label else ()))
        spoke.update(*[statement.rules for statement in said])
    return _in_order(frozenset(spoke))


def in_rule_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Rules of the inventory (R) before order checks (P), each by its number."""
    return tuple(sorted(rules, key=lambda rule: (rule[0] != "R", int(rule[1:]))))


@lru_cache(maxsize=1024)
def _in_order(rules: frozenset[str]) -> tuple[str, ...]:
    return in_rule_order(rules)
