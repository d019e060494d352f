"""Who and what, in one line: age and sex, HER2, hormone receptors, sites of metastasis, line of therapy, performance status."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from guideline.biomarkers.her2_findings import Her2Finding, is_metastasis
from guideline.case import Case, Metastasis, ReceptorResult
from guideline.facts_used import line_drugs, line_fact, relapse_fact
from guideline.partial_date import when_last
from guideline.situation import Situation, distant
from service.chart.said import day

#: Said wherever the record is silent: never left out, so that silence is not taken for "none".
NOT_ON_RECORD = "not on record"

#: The same where a search failed or is not permitted: it may well be in the chart.
NOT_SEEN = "none seen; not every record was read"


class SummaryItem(Struct, frozen=True):
    """One part of the line: `label` and `value`, when it was found, which resources say so. `known`: whether anything is on record."""

    label: str
    value: str
    date: str | None = None
    sources: tuple[str, ...] = ()
    known: bool = True


def summary(s: Situation) -> tuple[SummaryItem, ...]:
    """The line for one situation, most identifying part first."""
    return tuple(_items(s))


def _items(s: Situation) -> Iterator[SummaryItem]:
    yield _patient(s)
    yield _her2(s)
    yield _hormones(s)
    yield _sites(s)
    yield _line(s)
    yield _performance(s.case)


def _partly_read(s: Situation, subject: str) -> bool:
    """Whether facts of a kind may be in the chart without having been read."""
    return any(p.subject == subject and p.kind in {"incomplete", "forbidden"} for p in s.case.problems)


def _none(s: Situation, subject: str) -> str:
    return NOT_SEEN if _partly_read(s, subject) else NOT_ON_RECORD


def _patient(s: Situation) -> SummaryItem:
    person = {"female": "woman", "male": "man"}.get(s.case.patient.sex, "sex not on record")
    age = f"{s.age} years" if s.age is not None else "age not on record"
    return SummaryItem("Patient", f"{person}, {age}", sources=(s.case.patient.source,))


def _her2(s: Situation) -> SummaryItem:
    her2 = s.her2
    if her2.leading is None:
        return SummaryItem("HER2", _none(s, "her2") if her2.state == "unknown" else f"{her2.state} (diagnosis code)", known=False)
    value = f"{her2.state}: {_finding(her2.leading)}"
    if her2.other_positive is not None:
        # One date behind both would be taken for that of the result named last.
        words = f"{value}{_when(her2.leading)}; disagrees with {_finding(her2.other_positive)}{_when(her2.other_positive)}"
        return SummaryItem("HER2", words, None, (*her2.leading.sources, *her2.other_positive.sources))
    if her2.reviewed:
        value += "; reviewed"
    return SummaryItem("HER2", value, day(her2.leading.date), her2.leading.sources)


def _when(found: Her2Finding) -> str:
    return f" {found.date}" if found.date is not None else ""


def _finding(found: Her2Finding) -> str:
    place = "".join(f", {part}" for part in (found.specimen, found.side) if part is not None)
    return f"{found.shown}{place}{', preliminary' if found.preliminary else ''}"


def _hormones(s: Situation) -> SummaryItem:
    h = s.hormones
    if h.er == h.pr == "unknown":
        if h.state == "unknown":
            return SummaryItem("ER / PgR", _none(s, "her2"), known=False)  # asked for in the same search
        return SummaryItem("ER / PgR", f"{h.state} (diagnosis code)", sources=h.sources)
    tests = [_receptor(s, receptor, state) for receptor, state in (("ER", h.er), ("PR", h.pr))]
    if len({(where, when) for _, where, when in tests}) == 1:
        _, where, when = tests[0]
        return SummaryItem("ER / PgR", f"{tests[0][0]} / {tests[1][0]}{where}", when, h.sources)
    words = (f"{value}{where}{f' {when}' if when is not None else ''}" for value, where, when in tests)
    return SummaryItem("ER / PgR", " / ".join(words), None, h.sources)


def _receptor(s: Situation, receptor: str, state: str) -> tuple[str, str, str | None]:
    """A receptor's state with its percentage, the specimen, and the date."""
    result = next((r for r in s.case.receptors if r.receptor == receptor and r.source in s.hormones.sources), None)
    if result is None:
        return NOT_ON_RECORD, "", None
    percent = f" {result.bound or ''}{result.percent:g} %" if result.percent is not None else ""
    return f"{state}{percent}", _specimen(s, result), day(result.date)


def _specimen(s: Situation, result: ReceptorResult) -> str:
    place = "metastasis" if is_metastasis(result, s.metastatic_since) else result.specimen
    return f", {place}" if place else ""


def _sites(s: Situation) -> SummaryItem:
    if not s.metastatic:
        return SummaryItem("Metastases", _none(s, "diagnosis"), known=False)
    found = {_site(m) for m in distant(s.case.metastases) if m.site != "unspecified"}
    value = ", ".join(sorted(found)) or "sites not on record"
    since = f"{value}; since {s.metastatic_since}" if s.metastatic_since is not None else value
    return SummaryItem("Metastases", since, None, s.metastatic_sources)


def _site(metastasis: Metastasis) -> str:
    name = metastasis.site.replace("-", " ")
    return f"{name} (resolved)" if metastasis.status == "resolved" else name


def _line(s: Situation) -> SummaryItem:
    last = s.last_line
    if last is None:
        relapse = relapse_fact(s)
        before = f"; {relapse.value.partition('; ')[0]}" if relapse is not None else ""
        given = f"none on record for metastatic disease{before}" if s.metastatic else "none for metastatic disease"
        if not s.therapy_seen or _partly_read(s, "therapy"):
            given = f"not every record was read; none seen for metastatic disease{before}"
        return SummaryItem("Line of therapy", given, None, (relapse.source,) if relapse is not None and relapse.source else ())
    shown = line_fact(last, s.used_line_count)
    how = shown.value.rpartition(": ")[2]
    if last.ended_on is None and last.start is not None:
        how += " since"
    return SummaryItem(
        "Line of therapy", f"{s.used_line_count}: {line_drugs(last)}, {how}", shown.date, (shown.source,) if shown.source else ()
    )


def _performance(case: Case) -> SummaryItem:
    dated = sorted(case.performance, key=lambda p: (when_last(p.date), p.ecog, p.source))
    if not dated:
        return SummaryItem("ECOG", NOT_ON_RECORD, known=False)
    newest = dated[-1]
    return SummaryItem("ECOG", str(newest.ecog), day(newest.date), (newest.source,))
