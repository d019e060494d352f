"""The conditions that drug labels name (`labels.yaml`), as far as they hold for a case."""

from __future__ import annotations

from guideline.biomarkers.hormone_receptors import HormoneReceptors
from guideline.case import Case
from guideline.drug_classes import ANTHRACYCLINES, COUNTING_DRUGS, TAXANES
from guideline.knowledge_entries import LabelFlag
from guideline.therapy.lines import Therapies
from guideline.therapy.relapse import Relapse


def label_flags(
    case: Case,
    found: Therapies,
    relapse: Relapse | None,
    hormones: HormoneReceptors,
    menopause: str | None,
    used: frozenset[str],
) -> tuple[frozenset[LabelFlag], frozenset[LabelFlag]]:
    """The label conditions that hold for the case, and those nobody can tell."""
    flags: set[LabelFlag] = set()
    unknown: set[LabelFlag] = set()
    her2_lines = [line for line in found.used_lines if line.has_her2]
    early_her2 = relapse is not None
    count = len(her2_lines) + (1 if early_her2 else 0)
    if count >= 1:
        flags.add("her2-regimen")
    if count >= 2:
        flags.add("two-her2-regimens")
    if her2_lines:
        flags.add("her2-regimen-metastatic")
    if len(her2_lines) >= 2:
        flags.add("two-her2-regimens-metastatic")
    if found.used_lines:
        flags.add("therapy-metastatic")
    elif any(e.drug in COUNTING_DRUGS for e in found.undated):
        unknown.add("first-line")
    else:
        flags.add("first-line")
    if relapse is not None:
        if relapse.within_6:
            flags.add("relapse-within-6-months")
        elif relapse.within_6 is None:
            unknown.add("relapse-within-6-months")
    if "trastuzumab" in used:
        flags.add("trastuzumab")
    else:
        flags.add("trastuzumab-naive")
    if not TAXANES.isdisjoint(used):
        flags.add("taxane")
    if not ANTHRACYCLINES.isdisjoint(used):
        flags.add("anthracycline")
    if hormones.state == "unknown":
        unknown |= {"hr-positive", "hr-negative"}
    else:
        flags.add("hr-positive" if hormones.state == "positive" else "hr-negative")
    if menopause == "postmenopausal":
        flags.add("postmenopausal")
    elif menopause is None and case.patient.sex != "male":
        unknown.add("postmenopausal")
    return frozenset(flags), frozenset(unknown)
