from __future__ import annotations

import pytest

from cards.wording import SUMMARY_LIMIT, one_line
from guideline.knowledge_base import KNOWLEDGE

#: The sentences that rules use as headlines, beside those whose id begins with `headline-`.
HEADLINES = [
    "brain-mri-urgent", "brain-urgent", "discordance", "heart-failure-at-start", "heart-failure-on-her2", "her2-equivocal", "her2-low",
    "held-for-long", "held-pregnancy-over", "her2-completed-endocrine-goes-on", "her2-ended-endocrine-goes-on",
    "her2-ended-otherwise-endocrine-goes-on",
    "her2-unknown", "her2-unknown-on-therapy", "ild-active-before-start", "ild-active-on-conjugate", "ild-do-not-restart", "ild-grade-1",
    "ild-grade-1-no-level", "ild-held-lower", "ild-held-open", "ild-held-same", "ild-held-ungraded", "ild-new-under-treatment",
    "ild-on-hold", "ild-stop-for-good", "ild-symptoms", "ild-symptoms-before-start", "lvef-below-40-at-start", "lvef-below-50-at-start",
    "lvef-due", "lvef-held-early-long", "lvef-held-stop-long", "lvef-hold", "lvef-low", "lvef-never", "lvef-overdue",
    "lvef-stop-and-hold-long", "lvef-stop-long", "metastasis-of-unknown-primary", "no-therapy-on-record",
    "on-hold-or-stopped", "pregnancy", "pregnancy-running", "rebiopsy", "study-drug", "tdxd-again-level", "tdxd-again-open",
    "tdxd-again-too-high", "unknown-conjugate",
]  # fmt: skip

#: The rules themselves choose a shorter sentence when this one grows too long with the patient's reason.
MEASURED_BY_THE_RULES = {"headline-next-line", "headline-next-line-brain"}


class Longest(dict[str, str]):
    """What a placeholder may be filled with at most."""

    def __missing__(self, placeholder: str) -> str:
        return {
            "drug": "trastuzumab deruxtecan",
            "drugs": "trastuzumab deruxtecan + pertuzumab",
            "others": "trastuzumab deruxtecan + pertuzumab",
            "regimen": max((regimen.short for regimen in KNOWLEDGE.regimens.values()), key=len),
            "regimens": "THP or T-DXd + pertuzumab",
            "value": "40-45 %",
            "days": "1234",
            "line": "Second-line",
            "span": "more than 28 days",
            "last": " (begun 2026-11-20, no dose on record)",
            "limit": "28",
            "level": "one level down, 4.4 mg/kg",
            "lowest": "3.2 mg/kg",
            "ordered": "389.4 mg (5.41 mg/kg)",
            "failure": "heart failure symptoms",
            "reason": "heart failure symptoms on record",
            "since": "since the disease progressed",
        }.get(placeholder, "2026-11-20")


def sentences() -> dict[str, str]:
    """Every sentence that may become a summary, filled with long values."""
    known = {**KNOWLEDGE.statements, **KNOWLEDGE.templates}
    named = {id_ for id_ in known if id_.startswith("headline-")} - MEASURED_BY_THE_RULES
    return {id_: known[id_].text.format_map(Longest()) for id_ in sorted({*named, *HEADLINES})}


@pytest.mark.parametrize(("sentence", "text"), sentences().items(), ids=sentences())
def test_no_headline_needs_the_cut(sentence: str, text: str) -> None:
    """Every headline fits a summary whole, with long drug names filled in: the ellipsis is a last resort that nothing shipped needs."""
    assert one_line(text, SUMMARY_LIMIT) == text, f"{sentence}: {len(text)} characters"
