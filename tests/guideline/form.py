"""The form of every advice: checked of each that a test of the guideline looks at, whatever else the test is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, get_args

from msgspec import Struct, convert, to_builtins

from guideline.advice import Advice, Finding, Option, Treatment
from guideline.case import Case, LabKind
from guideline.facts_used import drug_name
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from guideline.laboratory.values import CLEARANCE, lab_name
from guideline.orders import DraftOrder
from guideline.partial_date import PartialDate
from tests.guideline.test_knowledge_content import TOPICS

#: How cards name the facts they rest on, besides drugs, laboratory values and "Line 2".
_FACT_NAMES = {
    "Allergy", "Body surface area", "CNS metastases", "Cancer drug", "Cardiomyopathy", "Chemotherapy", "DPYD", "Disease burden",
    "Dose before that", "Dose before the pneumonitis", "Doxorubicin on record", "ECOG performance status",
    "Febrile neutropenia", "HER2",
    "HER2, leading result", "HER2, positive result", "Heart failure", "Heart failure symptoms", "Hormone receptors", "Intake answer",
    "Kidneys", "LVEF", "LVEF baseline", "Last course ended", "Last dose", "Line", "Lowest dose so far", "Lungs", "Metastatic disease",
    "Neurological symptoms or mass effect", "Nodular regenerative hyperplasia", "Ordered dose", "Part of it", "Peripheral neuropathy",
    "Planned dose", "Pregnancy", "Relapse interval",
    "Respiratory symptoms",
    "Study drug", "Taken together", "Test ordered", "Weight", "Weight of the earlier doses",
    *(lab_name(kind) for kind in (*get_args(LabKind), CLEARANCE)), *(drug_name(drug) for drug in K.drugs),
}  # fmt: skip
#: Topics that may speak of what is not on record, or of the orders alone: all others name the facts that they rest on.
_WITHOUT_FACTS = {
    "AnthracyclineWithTrastuzumab", "ChemoEndocrineConcurrent", "DuplicateHer2Therapy", "LabSafety", "LvefBaselineNeeded",
    "LvefMonitoringDue", "MissingData", "ProductMixUp", "SupportiveCare",
}  # fmt: skip
#: Topics that always advise against a drug or a regimen, whatever their urgency.
_AGAINST = {"EndocrineWithoutHer2", "FirstLineRestart", "PermanentlyStoppedAgent", "TdxdMonotherapyFirstLine", "ProductMixUp"}
#: Topics that always offer the examination that closes them, when a chart is opened, unless it is booked.
_EXAMINED = {"Her2Discordance", "Her2StatusNeeded", "LvefHold", "RebiopsySuggested"}
#: Topics whose drafts can always be taken back at a click; what was signed before cannot.
_TAKEN_BACK = {"AnthracyclineWithTrastuzumab", "ProductMixUp"}
#: Facts whose date is worked out from several records.
_JOINED = ("Line ", "Metastatic disease")
_REQUESTS = {"echocardiogram", "chest-ct", "brain-mri", "her2-ihc", "her2-ish", "biopsy"}


def in_form(advice: Advice, case: Case, orders: Iterable[DraftOrder] = ()) -> Advice:
    """The advice, once everything in it is of its type, is in the knowledge, and comes from the case or the orders."""
    convert(to_builtins(advice), Advice)
    assert set(advice.silent) <= rule_book().keys(), advice.silent
    findings_in_form([*([advice.treatment] if advice.treatment is not None else []), *advice.findings], case, orders)
    return advice


def findings_in_form(findings: list[Finding], case: Case, orders: Iterable[DraftOrder] = ()) -> list[Finding]:
    """The findings, as `in_form`."""
    orders = tuple(orders)
    known, dated = sources(case) | {order.id for order in orders}, dates(case)
    for finding in findings:
        convert(to_builtins(finding), type(finding))
        assert len(finding.headline.text) < 140, finding.headline.text
        assert finding.topic in TOPICS.split(), finding.topic
        assert set(finding.requests) <= _REQUESTS
        assert set(finding.rules) <= rule_book().keys(), finding.rules
        assert set(finding.avoid) <= {*K.regimens, *K.drugs}, finding.avoid
        assert finding.rules or finding.headline.rules
        assert finding.facts or finding.topic in _WITHOUT_FACTS or (orders and finding.indicator != "critical"), finding
        assert finding.avoid or not (finding.topic in _AGAINST or (orders and finding.indicator == "critical")), finding
        looked_up = finding.headline.id.endswith(("not-seen", "not-read", "awaited"))
        booked = any(p.state == "booked" for p in case.procedures)
        assert finding.requests or orders or looked_up or booked or finding.topic not in _EXAMINED, finding
        drafted = not orders or any(order.status == "draft" for order in orders)
        assert finding.suggestions or finding.topic not in _TAKEN_BACK or not drafted, finding
        assert all(re.fullmatch(r"I(0[1-9]|1\d|2[01])", gap.input) for gap in finding.missing), finding.missing
        for fact in finding.facts:
            assert fact.inferred or fact.source in known, fact
            assert re.sub(r" (\d+|\(.*\))$", "", fact.name) in _FACT_NAMES, fact
            assert "None" not in f"{fact.value} {fact.date or ''}", fact
            of_one_record = not fact.inferred and fact.date is not None and not fact.name.startswith(_JOINED)
            # What an order ends today is dated today.
            assert not of_one_record or fact.date in dated.get(fact.source or "", {fact.date}) | {str(case.today)}, fact
        for statement in (finding.headline, *finding.detail, *(gap.ask for gap in finding.missing)):
            assert not re.search(r"None|[{}]", statement.text), statement
        for suggestion in finding.suggestions:
            assert suggestion.order is None or suggestion.order in known
        if isinstance(finding, Treatment):
            options_in_form([*([finding.lead] if finding.lead else []), *finding.alternatives, *finding.barred])
    return findings


def options_in_form(options: list[Option]) -> None:
    """Each regimen, rule and study is in the knowledge."""
    for option in options:
        assert option.regimen in K.regimens
        assert set(option.rules) <= rule_book().keys()
        assert set(option.evidence) <= K.evidence.keys()


def dates(case: Case) -> dict[str, set[str]]:
    """The dates of each resource that a case was read from, as they are printed."""
    found: dict[str, set[str]] = {}
    for facts in [fact for name in case.__struct_fields__ for fact in _each(getattr(case, name)) if hasattr(fact, "source")]:
        days = {str(value) for value in (getattr(facts, name) for name in facts.__struct_fields__) if isinstance(value, PartialDate)}
        found.setdefault(facts.source, set()).update(days)
    return found


def _each(facts: Any) -> list[Any]:
    return list(facts.values()) if isinstance(facts, dict) else list(facts) if isinstance(facts, tuple) else [facts]


def sources(fact: Any) -> set[str]:
    """The resources that a case, or a part of it, was read from."""
    if isinstance(fact, Struct):
        own = getattr(fact, "source", None)
        return sources([getattr(fact, name) for name in fact.__struct_fields__]) | ({own} if own is not None else set())
    if isinstance(fact, dict):
        return sources(list(fact.values()))
    if isinstance(fact, list | tuple | set | frozenset):
        return {source for part in fact for source in sources(part)}
    return set()
