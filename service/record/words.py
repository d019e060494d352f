"""The words of the report for what the record holds as codes."""

from __future__ import annotations

from typing import Final

from guideline.knowledge_base import KNOWLEDGE

#: The inputs that advice may wait for, by their ids in the public contract.
INPUTS: Final = {
    "I01": "stage", "I02": "HER2 status", "I03": "hormone receptors", "I04": "prior systemic therapy",
    "I05": "end of adjuvant HER2 therapy, date of relapse", "I06": "CNS metastases", "I07": "LVEF", "I08": "heart failure symptoms",
    "I09": "ILD/pneumonitis", "I10": "kidney function", "I11": "liver values", "I12": "blood count", "I13": "pregnancy",
    "I14": "menopausal status", "I15": "allergies and intolerances", "I16": "performance status and preference",
    "I17": "status of the current regimen", "I18": "open medication orders", "I19": "weight and height", "I20": "availability of drugs",
    "I21": "open trials",
}  # fmt: skip


def input_name(code: str) -> str:
    """An input in words."""
    return INPUTS.get(code, code)


def regimen_name(code: str) -> str:
    """A regimen as cards abbreviate it."""
    return KNOWLEDGE.regimens[code].short if code in KNOWLEDGE.regimens else code
