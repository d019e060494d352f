"""The course of the disease as a picture: therapies as bars grouped into lines, and what happened beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from guideline.case import UNKNOWN_HER2_CONJUGATE, ReceptorResult
from guideline.facts_used import drug_name, line_drugs, line_fact, progressed_on
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate, newest_day
from guideline.situation import Situation
from guideline.therapy.exposures import Exposure
from guideline.therapy.lines import Line
from guideline.therapy.setting import Setting
from service.chart.said import day

MarkKind = Literal["progression", "response", "metastasis", "lung", "heart", "blood", "toxicity", "biopsy", "result", "treatment"]

#: Classes of the knowledge files as the picture colours them.
_GROUPS = {
    "her2-antibody": "antibody", "her2-conjugate": "conjugate", "her2-tki": "tki", "taxane": "chemotherapy", "cytotoxic": "chemotherapy",
    "anthracycline": "chemotherapy", "endocrine": "endocrine", "gnrh-agonist": "endocrine", "cdk46-inhibitor": "endocrine",
    "pi3k-inhibitor": "endocrine",
}  # fmt: skip


class Bar(Struct, frozen=True, omit_defaults=True):
    """One course of one drug. `end` is `None` while it runs and where nobody wrote it down; `doses` are the days it was given on."""

    drug: str
    short: str
    group: str
    setting: Setting
    start: str | None
    end: str | None
    state: str
    words: str
    doses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Band(Struct, frozen=True, omit_defaults=True):
    """A line of therapy, or the (neo)adjuvant course: from when to when, and how it ended. `until` is `None` while it goes on."""

    label: str
    words: str
    start: str
    until: str | None = None
    source: str | None = None


class Mark(Struct, frozen=True, omit_defaults=True):
    """Something that happened on a day."""

    kind: MarkKind
    words: str
    date: str
    source: str = ""


class Timeline(Struct, frozen=True):
    """The picture's upper part. `undated` is what has no place on a time axis, in words."""

    today: str
    since_metastases: str | None
    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]
    undated: tuple[str, ...]


def timeline(s: Situation) -> Timeline:
    """The picture of a situation's course."""
    bars = tuple(_bars(s))
    marks, undated = _marks(s)
    without_start = [
        f"{drug_name(bar.drug)}: {bar.words} ({', '.join(bar.sources)})" for bar in bars if bar.start is None and bar.end is None
    ]
    return Timeline(s.today.isoformat(), day(s.metastatic_since), bars, tuple(_bands(s)), marks, (*without_start, *undated))


def _bars(s: Situation) -> Iterator[Bar]:
    doses: dict[str, set[str]] = {}
    for record in s.case.drugs:
        if record.kind == "administration" and record.start is not None:
            doses.setdefault(record.drug, set()).add(str(record.start))
    early, metastatic = set(s.therapies.early), {e for line in s.therapies.lines for e in line.exposures}
    for e in s.exposures:
        setting: Setting = "early" if e in early else "metastatic" if e in metastatic else "unknown"
        yield _bar(e, setting, doses.get(e.drug, set()), s.today)


def _bar(e: Exposure, setting: Setting, doses: set[str], today: date) -> Bar:
    entry = K.drugs.get(e.drug)
    short = entry.short if entry is not None else "HER2 conjugate of unknown name" if e.drug == UNKNOWN_HER2_CONJUGATE else e.drug
    first = e.start.earliest.isoformat() if e.start is not None else ""
    last = (e.last_known.latest if e.state == "ended" and e.last_known is not None else today).isoformat()
    return Bar(
        drug=e.drug,
        short=short,
        group=_GROUPS.get(entry.drug_class, "other") if entry is not None else "conjugate",
        setting=setting,
        start=day(e.start),
        end=day(e.last_known) if e.state in ("ended", "on-hold") else None,
        state=e.state,
        words=_course(e),
        doses=tuple(sorted(given for given in doses if first <= given <= last)),
        sources=tuple(sorted(e.sources, key=lambda source: source.startswith("MedicationAdministration/"))),
    )


_STATES = {"running": "is being given", "on-hold": "on hold", "unknown": "whether it is being given is not known"}
_REASONS = {
    "progression": "progression", "toxicity": "toxicity", "completed": "completed", "patient-wish": "the patient's wish",
    "unavailable": "not available", "pregnancy": "pregnancy", "cardiac": "the heart", "lung": "the lungs", "hospice": "hospice",
    "death": "death", "other": "another reason",
}  # fmt: skip


def _course(e: Exposure) -> str:
    begun = f"from {e.start}" if e.start is not None else "start not on record"
    if e.state == "ended":
        over = f"to {e.last_known}" if e.last_known is not None else "over, end not on record"
        reason = f", stopped: {_REASONS[e.stop_reason]}" if e.stop_reason is not None and e.stop_reason != "completed" else ""
        return f"{begun} {over}{reason}{', completed' if e.stop_reason == 'completed' else ''}"
    last = f", last dose {e.last_dose}" if e.last_dose is not None else ""
    return f"{begun}, {_STATES[e.state]}{last}"


def _bands(s: Situation) -> Iterator[Band]:
    early = [e for e in s.therapies.early if e.start is not None]
    if early:
        yield _early_band(early)
    number = 1 if s.early_relapse else 0
    for line in s.therapies.lines:
        if line.counts:
            number += 1
        yield _band(line, number)


def _early_band(early: list[Exposure]) -> Band:
    starts = [e.start for e in early if e.start is not None]
    end = newest_day(e.last_known for e in early)
    names = ", ".join(dict.fromkeys(drug_name(e.drug) for e in early))
    until = str(end) if end is not None and all(e.state == "ended" for e in early) else None
    return Band("(neo)adjuvant", f"(Neo)adjuvant: {names}", str(min(starts, key=lambda d: d.earliest)), until)


def _band(line: Line, number: int) -> Band:
    shown = line_fact(line, number)
    label = f"Line {number}" if line.counts else "not counted as a line"
    words = f"{label}: {shown.value}{' (inferred)' if shown.inferred else ''}" if line.counts else f"{line_drugs(line)}: {label}"
    goes_on = line.outcome in ("ongoing", "on-hold")
    return Band(label, words, str(line.start), None if goes_on else day(line.ended_on), shown.source)


def _marks(s: Situation) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """What can be placed, in order; and what has no date, in words."""
    placed: dict[tuple[str, str, str], Mark] = {}
    undated: list[str] = []
    for kind, words, when, source in _happened(s):
        if when is None:
            undated.append(f"{words} ({source})" if source else words)
        else:
            placed.setdefault((kind, words, str(when)), Mark(kind, words, str(when), source))
    return tuple(sorted(placed.values(), key=lambda m: (m.date, m.kind, m.words))), tuple(dict.fromkeys(undated))


_Happening = tuple[MarkKind, str, PartialDate | None, str]


def _happened(s: Situation) -> Iterable[_Happening]:
    case = s.case
    for line in s.therapies.lines:
        if line.progression is not None:
            yield "progression", f"progression {progressed_on(line)}", line.progression.day, line.progression.source
    for status in case.disease_statuses:
        if status.trend != "undetermined":
            kind: MarkKind = "progression" if status.trend == "worsened" else "response"
            yield kind, f"disease {status.trend}{', preliminary' if status.preliminary else ''}", status.date, status.source
    for m in case.metastases:
        where = "metastasis" if m.site == "unspecified" else f"metastasis: {m.site.replace('-', ' ')}"
        yield "metastasis", f"{where}{' (resolved)' if m.status == 'resolved' else ''}", m.date, m.source
    for lung in case.lungs:
        name = "radiation pneumonitis" if lung.kind == "radiation" else "ILD/pneumonitis"
        grade = f", grade {lung.grade}" if lung.grade is not None else ""
        over = lung.status == "resolved" or lung.abated is not None
        yield "lung", f"{name}{grade}, {'since resolved' if over else lung.status}", lung.onset, lung.source
        if lung.abated is not None:
            yield "lung", f"{name}{grade}, resolved", lung.abated, lung.source
    for heart in case.heart:
        yield "heart", f"{heart.kind.replace('-', ' ')}, {heart.status}", heart.date, heart.source
    for episode in case.febrile_neutropenia:
        yield "blood", f"febrile neutropenia, {episode.status}", episode.date, episode.source
    for toxicity in case.toxicities:
        grade = f", grade {toxicity.grade}" if toxicity.grade is not None else ""
        yield "toxicity", f"{_TOXICITIES[toxicity.kind]}{grade}, {toxicity.status}", toxicity.date, toxicity.source
    for test in case.receptors:
        yield "result", _test(test), test.date, test.source
    for procedure in case.procedures:
        done = _PROCEDURES.get(procedure.kind)
        if done is not None:
            state = ", booked" if procedure.state == "booked" else ""
            yield "biopsy" if procedure.kind == "biopsy" else "treatment", f"{done}{state}", procedure.date, procedure.source


_TOXICITIES = {"neuropathy": "peripheral neuropathy", "liver-hyperplasia": "nodular regenerative hyperplasia of the liver"}

#: Operations and treatments; examinations are on the picture by what they found.
_PROCEDURES = {
    "biopsy": "biopsy",
    "breast-surgery": "breast surgery",
    "brain-radiotherapy": "brain radiotherapy",
    "brain-resection": "resection of a brain tumour",
    "hospice": "hospice care",
}


def _test(test: ReceptorResult) -> str:
    how = {"ihc": " IHC", "ish": " ISH"}.get(test.method, "")
    name = "PgR" if test.receptor == "PR" else test.receptor
    result = test.value or (f"{test.bound or ''}{test.percent:g} %" if test.percent is not None else "ratio or copies only")
    return f"{name}{how if test.receptor == 'HER2' else ''} {result}"
