"""Observation, Condition -> what is known of how fluoropyrimidines are broken down: a DPYD test, or the deficiency on the problem list.

CAUTION: told by words alone, in the label and in the answer; no code of such a test is verified. Of a genotype only the four variants that
are tested for everywhere are read, and never as normal: what else was looked for nobody knows. Other genotypes, and a deficiency of unsaid
degree, are not read, and named: none of them is taken for a normal result, nor for a test that was not done.
"""

from __future__ import annotations

import re
from typing import Final

from fhir_mappings.coded import as_list, words, words_of_all
from fhir_mappings.dates import known_by
from fhir_mappings.denial import Passage
from fhir_mappings.problem_list import ProblemList
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource, source_of
from fhir_mappings.results import number_of, results, text_of
from guideline.case import DpydPhenotype, DpydResult

_ENZYME: Final = r"(?:\s++(?:dpyd|dpd|dihydropyrimidine[\s-]dehydrogenase|enzyme|gene)\b){0,2}"
_SAID: Final[tuple[tuple[DpydPhenotype, re.Pattern[str]], ...]] = (
    ("poor", re.compile(rf"\bpoor{_ENZYME}\s++metaboli[sz]er|\bcomplete(?:ly)?{_ENZYME}\s++deficien")),
    ("intermediate", re.compile(rf"\bintermediate{_ENZYME}\s++metaboli[sz]er|\bpartial(?:ly)?{_ENZYME}\s++deficien")),
    ("normal", re.compile(rf"\b(?:normal|extensive){_ENZYME}\s++metaboli[sz]er|\bnormal{_ENZYME}\s++activity")),
)
#: "Poor or intermediate", "normal/intermediate": no one phenotype.
_ONE_OF_TWO: Final = re.compile(
    rf"\b(?:poor|intermediate|normal|extensive){_ENZYME}\s*+(?:or|to|and|/|-|\u2013)\s*+(?:poor|intermediate|normal|extensive)\b"
)
#: The answer is the one word.
_BARE: Final[dict[str, DpydPhenotype]] = {
    "poor": "poor", "pm": "poor", "intermediate": "intermediate", "im": "intermediate", "normal": "normal", "nm": "normal",
}  # fmt: skip


#: What the allele of each name leaves of the enzyme's activity (CPIC; Clin Transl Oncol 2022, doi:10.1007/s12094-021-02708-4, table 4).
_ALLELES: Final[tuple[tuple[float, str], ...]] = (
    (0.0, r"\*2a|\*13|(?:c\.)?1905\+1g>a|ivs14\+1g>a|(?:c\.)?1679t>g|i560s|rs3918290|rs55886062"),
    (0.5, r"(?:c\.)?2846a>t|d949v|hapb3|(?:c\.)?1129[-\u2013]5923c>g|(?:c\.)?1236g>a|rs67376798|rs75017182|rs56038477"),
    (1.0, r"\*1|wild[ -]?type|wt|reference"),
)
_ALLELE: Final = rf"(?:{'|'.join(names for _, names in _ALLELES)})(?![\w>])"
_BEFORE: Final = r"(?:(?:dpyd|gene|genotype|diplotype|result)\b[ :=]*+)*+"
#: An answer that is a genotype and nothing else: the two alleles, or one with how many there are of it.
_PAIR: Final = re.compile(rf"{_BEFORE}\(?({_ALLELE})\)? ?(?:[/|;,+]|and) ?\(?({_ALLELE})[ .)]*+")
_ONE: Final = re.compile(
    rf"{_BEFORE}(?:(?P<how>homo|hetero)zygous(?: (?:for|carrier of|variant))*+:? ?(?P<of>{_ALLELE})|"
    rf"(?P<of_2>{_ALLELE})[ ,;:(-]*+(?P<how_2>homo|hetero)zygous(?: (?:carrier|variant))?+)[ .)]*+"
)
_SCORE: Final = re.compile(rf"{_BEFORE}activity score(?: (?:of|is))?[ :=]*+([012](?:\.[05])?)[ .)]*+")
_ASKS_FOR_SCORE: Final = re.compile(r"\bactivity score\b")
#: The deficiency as a disease, or as what somebody is.
_DEFICIENT: Final = re.compile(r"deficien|metaboli[sz]er|zygous|\*\d")


def read_dpyd(record: Record, listed: ProblemList) -> tuple[DpydResult, ...]:
    """What DPYD tests and the problem list state, read or not. A preliminary normal result settles nothing and is left out."""
    found = []
    for result in results(record, record.of("dpyd"), "lab"):
        phenotype = _phenotype(result.resource)
        if phenotype is None:
            record.problem("unreadable", result.resource, "a DPYD result that is not read", "lab")
        if not (result.preliminary and phenotype == "normal"):
            found.append(DpydResult(phenotype, result.day, source_of(result.resource)))
    for resource in listed["dpyd"]:
        label = words(resource.code)
        if not Passage(label).standings(_DEFICIENT).isdisjoint({"asserted", "suspected"}):
            found.append(DpydResult(_stated(resource.code, label), known_by(resource), source_of(resource)))
    return tuple(found)


def _stated(code: Concept | None, label: str) -> DpydPhenotype | None:
    """The phenotype that a label states, in words or as a genotype; "normal" is none that stands on a problem list."""
    found = _phenotype_in(label) or _of_genotypes(code)
    return found if found != "normal" else None


def _phenotype(resource: Resource) -> DpydPhenotype | None:
    """The phenotype that a result states; None where its words and its genotype differ."""
    answer = words(resource.value_codeable_concept)
    worded = _phenotype_in("\n".join((answer, (text_of(resource) or "").lower(), words_of_all(*as_list(resource.interpretation)))))
    of_genes = _of_genotypes(resource.value_codeable_concept, *as_list(resource.interpretation), text=text_of(resource))
    number = number_of(resource)
    if number is not None and number.bound is None and _ASKS_FOR_SCORE.search(words(resource.code)):
        of_genes = of_genes or _of_score(number.value)
    if worded is None or of_genes is None:
        return worded or of_genes
    return worded if worded == of_genes else None


def _of_genotypes(*concepts: Concept | None, text: str | None = None) -> DpydPhenotype | None:
    """The one phenotype that the genotypes and activity scores of an answer mean; each must be the whole of a text."""
    said = [text, *(part for c in concepts if c is not None for part in (c.text, *(coding.display for coding in c.coding)))]
    found = {phenotype for part in said if part and (phenotype := _of_genotype(" ".join(part.lower().split()))) is not None}
    return found.pop() if len(found) == 1 else None


@remembered(maxsize=512)
def _of_genotype(text: str) -> DpydPhenotype | None:
    if score := _SCORE.fullmatch(text):
        return _of_score(float(score[1]))
    if pair := _PAIR.fullmatch(text):
        left = _activity(pair[1]) + _activity(pair[2])
    elif one := _ONE.fullmatch(text):
        left = _activity(one["of"] or one["of_2"])
        left = 2 * left if (one["how"] or one["how_2"]) == "homo" else left + 1
    else:
        return None
    return _of_score(left) if left < _WHOLE else None


def _activity(allele: str) -> float:
    return next(activity for activity, names in _ALLELES if re.fullmatch(names, allele))


#: Two alleles of full activity.
_WHOLE: Final = 2.0


def _of_score(score: float) -> DpydPhenotype | None:
    """CPIC's activity score: 0 and 0.5 poor, 1 and 1.5 intermediate, 2 normal."""
    if score not in (0.0, 0.5, 1.0, 1.5, _WHOLE):
        return None
    return "poor" if score < 1 else "intermediate" if score < _WHOLE else "normal"


@remembered(maxsize=512)
def _phenotype_in(text: str) -> DpydPhenotype | None:
    """The one phenotype that is asserted; none where several are, or where one is denied or suspected."""
    bare = {_BARE.get(line.strip()) for line in text.splitlines() if line.strip()}
    if len(bare) == 1 and (only := bare.pop()) is not None:
        return only
    passage = Passage(text)
    found = {phenotype: said for phenotype, pattern in _SAID if (said := passage.standings(pattern))}
    if len(found) != 1 or _ONE_OF_TWO.search(passage.text):
        return None
    phenotype, said = found.popitem()
    return phenotype if said == {"asserted"} else None
