"""Every vignette and sample at a site that has switched off all that may be switched off: safety and the leading option stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from guideline.advice import Advice
from guideline.knowledge_base import rule_book
from guideline.site_rules import CRITICAL_TOPICS, speaks_for, why_locked
from tests.vignettes.every_request import Request, every_request

OFF = frozenset(rule.id for rule in rule_book().values() if why_locked(rule) is None)
REQUESTS = list(every_request())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site file with every rule off that may be."""
    file = tmp_path_factory.mktemp("site") / "site.yaml"
    file.write_text(f"rules_off: [{', '.join(sorted(OFF))}]\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("request_", REQUESTS, ids=[request.name for request in REQUESTS])
def test_safety_and_the_lead_stay(request_: Request, site: Path) -> None:
    """What is critical is said in the same words, the same regimen leads under the same headline, nothing speaks for a rule that is off."""
    before, after = request_.evaluate().advice, request_.evaluate(site).advice
    assert _critical(after) >= _critical(before)
    assert _lead(after) == _lead(before)
    assert _asked(after) >= _asked_by_locked(before)
    for finding in after.findings:
        makers = speaks_for(finding)
        assert finding.indicator == "critical" or not makers or not OFF.issuperset(makers), finding.topic
    assert set(after.switched_off) <= OFF
    if len(after.findings) < len(before.findings):
        assert after.switched_off


def _critical(advice: Advice) -> set[tuple[str, str]]:
    return {(finding.topic, finding.headline.text) for finding in advice.findings if finding.indicator == "critical"}


def _lead(advice: Advice) -> tuple[str, str, str | None] | None:
    treatment = advice.treatment
    if treatment is None:
        return None
    return treatment.topic, treatment.headline.text, treatment.lead.regimen if treatment.lead else None


def _asked(advice: Advice) -> set[str]:
    found = [*advice.findings, *([advice.treatment] if advice.treatment else [])]
    return {gap.input for finding in found for gap in finding.missing}


def _asked_by_locked(advice: Advice) -> set[str]:
    """What is asked on cards that stay."""
    staying = [finding for finding in advice.findings if not OFF.issuperset(speaks_for(finding))]
    return {gap.input for finding in (*staying, *([advice.treatment] if advice.treatment else [])) for gap in finding.missing}


def test_some_cards_do_go() -> None:
    """The samples do meet rules that are off: otherwise the test above would hold of itself."""
    assert len(OFF) > 30
    assert any(OFF.issuperset(speaks_for(finding)) for request in REQUESTS for finding in request.evaluate().advice.findings)


def test_every_critical_topic_is_locked() -> None:
    """No vignette or sample is critical under a topic whose rules a site could switch off."""
    found = {f.topic for request in REQUESTS for f in request.evaluate().advice.findings if f.indicator == "critical"}
    assert found
    assert found <= CRITICAL_TOPICS
