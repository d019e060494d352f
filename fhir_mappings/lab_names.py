"""Which laboratory value, weight or height a label asks for, under a code that is none of ours: a hospital's own, or none at all.

The label must name one value and, beside it, nothing but that it is one of blood. Urine, isoenzymes, fractions, ratios and what is normed
otherwise are other tests, and so is whatever else a word stands for that is not listed here.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from fhir_mappings.remembered import remembered
from guideline.case import LabKind

#: The ways to name each value: all the words of one way must stand in the label. The first way that fits tells, so the longer stand first.
_WAYS: Final[tuple[tuple[LabKind, tuple[str, ...]], ...]] = (
    (
        "creatinine-clearance",
        ("creatinine clearance", "creat clearance", "crea clearance", "kreatinin clearance", "crcl", "cockcroft gault", "cockroft gault"),
    ),
    ("egfr", ("egfr", "gfr", "glomerular filtration rate")),
    ("creatinine", ("creatinine", "creat", "crea", "kreatinin")),
    ("alt", ("alt", "alat", "sgpt", "gpt", "alanine aminotransferase", "alanine transaminase")),
    ("ast", ("ast", "asat", "sgot", "got", "aspartate aminotransferase", "aspartate transaminase")),
    ("alp", ("alp", "alkaline phosphatase", "alk phos", "alk phosphatase")),
    ("bilirubin", ("bilirubin total", "total bilirubin", "bilirubin", "bili total", "tbili", "tbil")),
    ("neutrophils", ("anc", "neutrophils", "neutrophil")),
    ("platelets", ("platelets", "platelet", "plt", "thrombocytes", "thrombocyte", "thrombozyten")),
    ("haemoglobin", ("hemoglobin", "haemoglobin", "hgb", "hb", "hämoglobin")),
)
#: What may stand beside any of them.
_OF_BLOOD: Final = frozenset(
    {"serum", "plasma", "blood", "venous", "s", "p", "b", "in", "of", "or", "by", "level", "count", "lab", "result", "value"}
    | {"mass", "moles", "volume", "enzymatic", "activity"}
)
#: What may stand beside one of them: how a clearance or a filtration was told, and which neutrophils are counted.
_BESIDE: Final[dict[LabKind, frozenset[str]]] = {
    "creatinine-clearance": frozenset(
        {
            "creatinine",
            "clearance",
            "crcl",
            "cockcroft",
            "cockroft",
            "gault",
            "cg",
            "c",
            "g",
            "est",
            "estimated",
            "calculated",
            "calc",
            "by",
        }
        | {"predicted", "formula", "24", "24h", "24hr", "hour", "h", "urine", "and", "measured"}
    ),
    "egfr": frozenset(
        {"estimated", "est", "gfr", "egfr", "glomerular", "filtration", "rate", "ckd", "epi", "mdrd", "2021", "2009", "by", "creatinine"}
        | {"based", "formula", "predicted", "calculated", "creat"}
    ),
    "alt": frozenset({"alt", "alat", "sgpt", "gpt", "alanine", "aminotransferase", "transaminase"}),
    "ast": frozenset({"ast", "asat", "sgot", "got", "aspartate", "aminotransferase", "transaminase"}),
    "alp": frozenset({"alp", "alkaline", "phosphatase", "alk", "phos"}),
    "bilirubin": frozenset({"total", "tbili", "tbil", "bili", "bilirubin"}),
    "neutrophils": frozenset({"anc", "absolute", "abs", "neutrophil", "neutrophils", "automated", "auto", "number"}),
    "platelets": frozenset({"plt", "platelets", "platelet", "automated", "auto"}),
    "haemoglobin": frozenset({"hgb", "hb", "hemoglobin", "haemoglobin"}),
    "creatinine": frozenset({"creat", "crea", "creatinine"}),
}
_WORD: Final = re.compile(r"[^\W_]+|%")


@remembered(maxsize=4096)
def lab_named(label: str) -> LabKind | None:
    """The value that a label asks for and nothing else; None for every other label."""
    said = _WORD.findall(label.lower())
    if not 1 <= len(said) <= _MOST_WORDS:
        return None
    words = frozenset(said)
    for kind, names in _NAMES:
        named = next((name for name in names if name <= words), None)
        if named is not None:
            return kind if words <= named | _OF_BLOOD | _BESIDE[kind] else None
    return None


_NAMES: Final = tuple((kind, tuple(frozenset(way.split()) for way in ways)) for kind, ways in _WAYS)
#: A longer label says more than the name of a value.
_MOST_WORDS: Final = 14


#: What may stand beside a weight or a height that was measured: not a dry, an ideal, a birth or a former one, nor a loss or a gain.
_MEASURED: Final = frozenset(
    {"body", "measured", "current", "actual", "patient", "wt", "ht", "weight", "height", "kg", "cm", "lb", "lbs", "in"}
)
_MEASURES: Final[tuple[tuple[Literal["weight", "height"], frozenset[str]], ...]] = (
    ("weight", frozenset({"weight", "bodyweight", "gewicht", "körpergewicht"})),
    ("height", frozenset({"height", "bodyheight", "größe", "körpergröße"})),
)


@remembered(maxsize=1024)
def measure_named(label: str) -> Literal["weight", "height"] | None:
    """The measure of the body that a label asks for and nothing else; None for every other label, and for one that asks for both."""
    words = frozenset(_WORD.findall(label.lower()))
    if not words <= _MEASURED | _MEASURES[0][1] | _MEASURES[1][1]:
        return None
    found = [kind for kind, names in _MEASURES if not words.isdisjoint(names)]
    return found[0] if len(found) == 1 else None
