"""Which sample patients the demo EHR lists, under which clinical situation, and what each is called there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Listed:
    """One sample patient of the list: the sample's name, the situation in a few words, and a drug whose order the service warns about."""

    sample: str
    title: str
    try_drug: str = "trastuzumab-emtansine"


@dataclass(frozen=True, slots=True)
class Group:
    """Patients in one kind of situation."""

    name: str
    patients: tuple[Listed, ...]


GROUPS: Final = (
    Group(
        "Which treatment next",
        (
            Listed("second-line", "Progression after first line"),
            Listed("first-line", "New metastatic disease", "trastuzumab-deruxtecan"),
            Listed("early-relapse", "Relapse soon after adjuvant therapy"),
            Listed("third-line", "Progression on T-DXd", "trastuzumab-deruxtecan"),
            Listed("brain-metastases", "New brain metastases"),
            Listed("maintenance", "Chemotherapy part completed", "doxorubicin"),
        ),
    ),
    Group(
        "Safety",
        (
            Listed("ild", "Cough on T-DXd", "trastuzumab-deruxtecan"),
            Listed("lvef-hold", "Falling ejection fraction", "trastuzumab"),
            Listed("pregnancy", "Pregnancy", "trastuzumab"),
            Listed("echo-overdue", "Echocardiogram overdue", "trastuzumab"),
            Listed("order-reescalation", "Dose was reduced before", "trastuzumab-deruxtecan"),
        ),
    ),
    Group(
        "HER2 in doubt",
        (
            Listed("her2-equivocal", "HER2 2+, no ISH", "trastuzumab"),
            Listed("her2-discordance", "Primary and metastasis disagree", "doxorubicin"),
        ),
    ),
    Group("Nothing to say", (Listed("silent-on-treatment", "Responding to treatment", "trastuzumab"),)),
)

#: Every listed patient, by the name of the sample.
LISTED: Final[Mapping[str, Listed]] = {patient.sample: patient for group in GROUPS for patient in group.patients}

#: Shown where nobody was chosen: a recommendation with evidence, a second card, and an order that is warned about.
FIRST_SHOWN: Final = "second-line"
