"""Names of toxicities of T-DM1 that no laboratory value tells: peripheral neuropathy, nodular regenerative hyperplasia (R119)."""

from __future__ import annotations

import re
from typing import Literal

from fhir_mappings.denial import Passage
from fhir_mappings.remembered import remembered

_NEUROPATHY = re.compile(r"neuropath(?:y|ies)\b|\bcipn\b")
#: Of one nerve, of the eye or of the inner organs: not what the label grades.
_OF_OTHER_NERVES = re.compile(
    r"\b(?:optic|auditory|cranial|autonomic|ulnar|radial|median|peroneal|femoral|sciatic|pudendal|entrapment|compression)\b|mononeuropath"
)
_HYPERPLASIA = re.compile(r"\b(?:nodular regenerative|regenerative nodular) hyperplasia")


@remembered(maxsize=4096)
def toxicity_named(label: str) -> Literal["neuropathy", "liver-hyperplasia"] | None:
    """The toxicity of which a label says that it is there, not that it is absent, was once, or is only looked for."""
    if _HYPERPLASIA.search(label) and Passage(label).asserts(_HYPERPLASIA):
        return "liver-hyperplasia"
    if _NEUROPATHY.search(label) and not _OF_OTHER_NERVES.search(label) and Passage(label).asserts(_NEUROPATHY):
        return "neuropathy"
    return None
