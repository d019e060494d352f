"""Observation -> disease status, stage and M category, history of metastases, performance status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal

from fhir_mappings.coded import as_list, contradicts_itself, meanings_of, triples, words, words_of_all
from fhir_mappings.denial import SO, Passage
from fhir_mappings.observation_topics import topic_of, topic_of_codes
from fhir_mappings.record import Record
from fhir_mappings.remembered import remembered
from fhir_mappings.resources import Concept, Resource, source_of
from fhir_mappings.results import Result, has_value, is_false, number_of, results, text_of
from fhir_mappings.terminology import value_of
from fhir_mappings.tumour.growth_words import LESS, PROGRESSION_LETTERS, SIGNS_OF_GROWTH, STABLE, Sign, worsening_in
from fhir_mappings.tumour.stage_words import m_category, stage_contradicts_itself, stage_group
from fhir_mappings.tumour.tumour_claims import site_of_code, sites_in
from guideline.case import DiseaseStatus, Metastasis, PerformanceStatus, Site, Stage

Trend = Literal["improved", "stable", "worsened", "undetermined", "remission"]

_TRENDS: dict[str | None, Trend] = {
    "improved": "improved", "stable": "stable", "worsened": "worsened", "undetermined": "undetermined", "remission": "remission",
}  # fmt: skip

#: Words and codes of status answers that older data or other countries use, compared in lower case.
_TREND_CODES: dict[str, Trend] = {
    "uscrs-352236": "remission",
    "uscrs-352237": "remission",
    "262041000210107": "worsened",
    "359748005": "stable",
}
_UNCLEAR = re.compile(r"pseudo-?progress|mixed response|undetermined|indeterminate|not evaluable|inconclusive|equivocal")
_COMPLETE = r"complete (?:(?:metabolic|pathologic(?:al)?|radiographic|clinical) )?(?:response|remission)"
_REMISSION = re.compile(
    rf"\b{_COMPLETE}|\bcr\b|full remission|"
    r"no evidence of (?:disease|tumou?r)(?! progress)|\bned\b|(?<!partial )(?<!complete )(?<!full )remission"
)
#: What comes near to a complete response is none.
_NEARLY = re.compile(rf"\b(?:near(?:ly)?|almost)[ -](?:a )?(?:{_COMPLETE}|cr\b)")
_IMPROVED = re.compile(
    r"partial (?:(?:metabolic|clinical) )?(?:response|remission)|\bpr\b|improv|respond|response to (?:treatment|therapy)|regress"
)
_WORSENED = re.compile(
    # Who makes good progress, or is progressing well, does not do worse.
    r"worsen|(?<!pseudo)(?<!pseudo-)(?<!\bin )(?<!\bgood )progress"
    rf"(?! ?(?::|note|report))(?!(?:ing|es|ed)? (?:well\b|as (?:expected|planned)|towards? ))|{PROGRESSION_LETTERS}"
)

#: Words for a worsening that does not call itself one.
_SIGNS: Final = (
    *SIGNS_OF_GROWTH,
    Sign(
        re.compile(r"\bworse\b"),
        re.compile(
            r"symptom|pain|ache\b|neuropath|nausea|vomit|fatigue|diarrh|appetite|dyspn|cough|breath|anxi|depress|mood|sleep|rash|mucositis|"
            r"tolera|toxic|side effect|performance|function|an?aemi|penia|\blv?ef\b|ejection|edema|cramp|weak|taste|quality|prognos|"
            r"outcome|surviv|grade|marker"
        ),
        re.compile(rf"{LESS}|{STABLE.pattern}"),
    ),
)
#: What is said after it is the state of today: "PR at first, now PD".
_NOW = re.compile(r"\b(?:now|currently)\b")
#: "No progression except in brain" is one.
_BUT_THERE = re.compile(r"\b(?:except|apart from|aside from|other than|outside)\b")
#: What is to be done once the disease progresses: "at progression consider T-DXd". Of a disease that has progressed, what was done is told.
_PLANNED = re.compile(
    r"(?:\A|(?<=[.;:,(] )|(?<=[(\n]))(?:at|on|upon|after) (?:(?:the time|time|of|first|further|next|disease) ){0,4}progression"
    r"(?=[,:]? (?:consider|discuss|offer|plan|start|switch|change|would|will|then|next|second|third|2nd|3rd|clinical trial|trial|t-?dxd|"
    r"t-?dm1|trastuzumab|tucatinib|enhertu|kadcyla|tukysa)\b)|"
    r"\b(?:when|once|should|as soon as) (?:there is )?(?:(?:the|further|disease) ){0,2}progress(?:ion|es)"
    r"(?: (?:occurs?|happens?|arises?)\b|,)|"
    r"\b(?:consider|plan|next (?:line|step|option|therapy|treatment))\b[^.;\n]{0,40}? (?:at|on|upon) (?:disease )?progression\b",
    re.IGNORECASE,
)
#: Answers that leave the question open.
_NOTHING_SAID = re.compile(
    r"\A\W*+(?:(?:stage|status|disease status|[cp]?m|m category)\b\W*+)?"
    r"(?:unknown|unspecified|unassessed|unstaged|(?:not|never|cannot be|could not be|to be|yet to be) (?:yet )?"
    r"(?:assessed|determined|known|stated|staged|applicable|available|recorded|documented|done|evaluated|reported)|"
    r"n/?a|none|nil|pending|tbd|[cp]?mx|x|-+)?\W*+\Z"
)


def read_disease_statuses(record: Record) -> tuple[DiseaseStatus, ...]:
    """What the clinician or radiologist judged, each with its date. It is not linked to a therapy (trap 32)."""
    found = []
    for result in results(record, record.of("disease-status"), "other"):
        resource = result.resource
        if any(code == "59557-9" for _, code, _ in triples(resource.code)):
            continue  # "treatment changed" says nothing about why
        trend = _trend(resource)
        if trend is not None:
            found.append(DiseaseStatus(trend, result.day, result.preliminary, source_of(resource)))
        elif topic_of_codes(resource.code) is not None and _says_something(resource):
            # What only its label calls one may be the answer to another question.
            record.problem("unreadable", resource, "no course of the disease that can be read", "course")
    return tuple(found)


def labelled_only(resource: Resource) -> bool:
    """Whether nothing but its label calls a result a course of the disease, and none can be read in it."""
    return topic_of_codes(resource.code) is None and topic_of(resource) == "disease-status" and _trend(resource) is None


def _says_something(resource: Resource) -> bool:
    """Whether a result holds an answer, readable or not: "unknown" and "not assessed" are none."""
    concept = resource.value_codeable_concept
    said = [text_of(resource), *((concept.text, *(coding.display for coding in concept.coding)) if concept is not None else ())]
    if any(text and not text.isspace() for text in said):
        return not all(_NOTHING_SAID.match((text or "").lower()) for text in said)
    return bool(triples(concept)) or number_of(resource) is not None or resource.value_boolean is not None


def _trend(resource: Resource) -> Trend | None:
    concept = resource.value_codeable_concept
    for system, code, _ in triples(concept):
        value = value_of(system, code, "obs.cancer_disease_status")
        trend = _TRENDS.get(value) or _TREND_CODES.get((code or "").lower())
        if trend is not None:
            return trend
        if value is not None:
            return None
    return _trend_in("\n".join((words(concept), text_of(resource) or "")))


@remembered(maxsize=1024)
def _trend_in(text: str) -> Trend | None:
    """What words say of the disease.

    A progression that is denied, and nothing else, is `stable`; one that is suspected, or stands beside a response, leaves the course
    `undetermined`. A response that is denied says nothing, nor does a growth beside a shrinkage.
    """
    passage = Passage(_PLANNED.sub(" ", text))
    worse = worsening_in(passage, _SIGNS, passage.standings(_WORSENED))
    if worse is None:
        return None
    better = _response(passage)
    if better and "asserted" in worse:
        now = [found.end() for found in _NOW.finditer(passage.text)]
        return _trend_in(passage.text[now[-1] :]) if now else "undetermined"
    if passage.asserts(_UNCLEAR) or ("suspected" in worse and "asserted" not in worse):
        return "undetermined"
    if better or "asserted" in worse:
        return better or "worsened"
    if "denied" in worse and _BUT_THERE.search(passage.text):
        return "undetermined"
    return "stable" if passage.asserts(STABLE) or "denied" in worse else None


def _response(passage: Passage) -> Trend | None:
    """How the disease responded, where a text asserts that it did."""
    if passage.asserts(_NEARLY):
        return "improved"
    return "remission" if passage.asserts(_REMISSION) else "improved" if passage.asserts(_IMPROVED) else None


def read_stages(record: Record) -> tuple[Stage, ...]:
    """Stage groups and M categories of staging Observations. A code shown under another stage's name is named and not used (trap 31).

    So is a value in which no stage can be read. Where it speaks of distant disease a diagnosis is lost with it, else a part of the course.
    """
    return tuple(stage for result in results(record, record.of("stage"), "diagnosis") for stage in _stages(record, result))


def _stages(record: Record, result: Result) -> Iterator[Stage]:
    resource = result.resource
    concept = resource.value_codeable_concept
    if contradicts_itself(concept) or contradicts_itself(resource.code) or stage_contradicts_itself(concept):
        record.problem("code-text-conflict", resource, "the stage's code and display disagree", "diagnosis")
        return
    asked = {meaning.concept for _, meaning in meanings_of(resource.code)}
    number = number_of(resource)
    text = text_of(resource) or (str(round(number.value)) if number is not None and number.unit == "" and number.bound is None else None)
    value = stage_group(concept, text) if "obs.cancer_stage" in asked else None
    if value is None:
        value = m_category(concept, text)
    if value is not None:
        yield Stage(value, result.day, source_of(resource))
    elif _says_something(resource):
        distant = Passage(f"{words(concept)}\n{text_of(resource) or ''}").asserts(_DISTANT)
        record.problem("unreadable", resource, "no stage that can be read", "diagnosis" if distant else "course")


#: What a stage may say of distant disease in a way in which no stage is read.
_DISTANT = re.compile(r"m1(?![0-9])|\biv(?:[a-c]\d?)?\b|\bstage 4|metasta(?!sis category)|\bmets?\b")


def read_metastatic_history(record: Record) -> tuple[Metastasis, ...]:
    """MCODE's history of metastatic cancer: `valueBoolean` false says that there is none, true or no value that there is."""
    found = []
    for result in results(record, record.of("metastatic-history"), "diagnosis"):
        resource = result.resource
        if is_false(resource.value_boolean) or _denied(resource):
            continue
        sites = sites_in(words(resource.code)) or sites_in(words_of_all(*as_list(resource.body_site)))
        site: Site = sites[0] if len(sites) == 1 else "unspecified"
        found.append(Metastasis(site, result.day, status="unknown", source=source_of(resource)))
    return tuple(found)


#: Answers that say no, or do not say.
_NO = re.compile(r"\A\W*(?:no|none|not|negative|absent|never|denie[sd]|ruled out|excluded|unknown|uncertain|n/?a)\b")
_SPREAD = re.compile(r"metasta|\bmets?\b")


def _denied(resource: Resource) -> bool:
    """Whether the answer to "history of metastatic cancer" is no, or says that there was none."""
    if any(value_of(system, code, "answer.negative") for system, code, _ in triples(resource.value_codeable_concept)):
        return True
    passage = Passage(text_of(resource) or words(resource.value_codeable_concept))
    spoken_of = passage.standings(_SPREAD)
    if spoken_of:
        return spoken_of.isdisjoint(SO)
    return _NO.match(passage.text) is not None


#: SNOMED CT: a lymph node, without its region.
_NODE_OF_NO_REGION = "59441001"


def read_metastasis_sites(record: Record) -> tuple[Metastasis, ...]:
    """Observations that say where a distant metastasis is, in the value or as the body site: each site once, since its first report.

    A place that cannot be read is named: it may be the brain. Coded it is a metastasis all the same; words may only suspect one.
    """
    first: dict[Site, Metastasis] = {}
    reports = results(record, record.of("metastasis-site"), "diagnosis")
    for result in sorted(reports, key=lambda one: one.day.earliest if one.day is not None else date.max):
        resource = result.resource
        places = [place for place in (resource.value_codeable_concept, *as_list(resource.body_site)) if place is not None]
        written = text_of(resource)
        if written is not None:
            places.append(Concept(text=written))
        if not places or is_false(resource.value_boolean) or _denied(resource) or not _says_where(places):
            continue
        sites = [site for place in places for site in _distant_sites(place)]
        if not sites:
            record.problem("unreadable", resource, "a site of a metastasis that cannot be read", "diagnosis")
        for site in sites or (["unspecified"] if any(triples(place) for place in places) else []):
            first.setdefault(site, Metastasis(site, result.day, status="unknown", source=source_of(resource)))
    return tuple(first.values())


def _says_where(places: Iterable[Concept]) -> bool:
    """Whether an answer is more than "unknown" or "not assessed"."""
    said = [words(place) for place in places]
    return any(not _NOTHING_SAID.match(one) for one in said if one) or (not any(said) and any(triples(place) for place in places))


def _distant_sites(place: Concept) -> tuple[Site, ...]:
    """The sites that an answer to "where is the distant metastasis?" names. Nodes of no region are distant ones then."""
    coded = [(code, site_of_code(system, code)) for system, code, _ in triples(place)]
    sites: list[Site] = [
        "distant-node" if code == _NODE_OF_NO_REGION else site for code, site in coded if site is not None and site != "breast"
    ]
    return tuple(sites) or sites_in(f"distant {words(place)}")


_ECOG_WORDS = re.compile(r"(?:ecog|performance status|\bps\b|grade)\D{0,24}([0-5])\b|\A\s*+([0-5])\s*+(?:[-–:=(,.]\s*+[a-z]|\Z)")


def read_performance(record: Record) -> tuple[PerformanceStatus, ...]:
    """ECOG performance status. Karnofsky runs the other way (100 is best) and is not read (trap 19)."""
    found = []
    for result in results(record, record.of("performance"), "other"):
        grade = _ecog(result.resource)
        if grade is None:
            if has_value(result.resource) and not is_false(result.resource.value_boolean):
                record.problem("unreadable", result.resource, "no ECOG grade that can be read", "other")
        else:
            found.append(PerformanceStatus(grade, result.day, source_of(result.resource)))
    return tuple(found)


def _ecog(resource: Resource) -> int | None:
    number = number_of(resource)
    if number is not None:
        return int(number.value) if number.value in (0, 1, 2, 3, 4, 5) and number.bound is None else None
    answers = (resource.value_codeable_concept, *as_list(resource.interpretation))
    # "ECOG grade 1" as the Observation's own code is its answer, unless it says that it is not so.
    for concept in answers if has_value(resource) and resource.value_boolean is None else (*answers, resource.code):
        for system, code, _ in triples(concept):
            value = value_of(system, code, "obs.ecog") or _local_grade(system, code)
            if value is not None and value.isdecimal():
                return None if is_false(resource.value_boolean) else int(value)
        said = _ECOG_WORDS.search(words(concept))
        if said is not None:
            return int(said[1] or said[2])
    said = _ECOG_WORDS.search((text_of(resource) or "").lower())
    return int(said[1] or said[2]) if said is not None else None


def _local_grade(system: str | None, code: str | None) -> str | None:
    """A bare digit in a code system that bears the name of the scale."""
    return code if code in ("0", "1", "2", "3", "4", "5") and "ecog" in (system or "").lower() else None
