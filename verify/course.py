"""The course of the disease as dimensions: (neo)adjuvant therapy with its interval, and the lines of therapy for metastatic disease."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from guideline.case import DiseaseStatus, DrugRecord, RecordStatus, StopReason
from guideline.partial_date import PartialDate, add_months
from verify.values import LONG, NEWEST_LINE, RECENT, TODAY, Dimension, Value, ago, said, tags

#: What the lines are made of, under the names of the clinic.
REGIMENS: dict[str, tuple[str, ...]] = {
    "THP": ("trastuzumab", "pertuzumab", "docetaxel"),
    "TH": ("trastuzumab", "paclitaxel"),
    "T-DXd + pertuzumab": ("trastuzumab-deruxtecan", "pertuzumab"),
    "T-DXd": ("trastuzumab-deruxtecan",),
    "T-DM1": ("trastuzumab-emtansine",),
    "tucatinib triplet": ("tucatinib", "trastuzumab", "capecitabine"),
    "lapatinib + capecitabine": ("lapatinib", "capecitabine"),
    "margetuximab + vinorelbine": ("margetuximab", "vinorelbine"),
    "Phesgo + docetaxel": ("pertuzumab-trastuzumab-hyaluronidase", "docetaxel"),
    "capecitabine": ("capecitabine",),
    "letrozole": ("letrozole",),
}

#: The antibodies in a fixed combination.
PARTS = {"pertuzumab-trastuzumab-hyaluronidase": ("pertuzumab", "trastuzumab")}

_TAXANES = frozenset({"docetaxel", "paclitaxel"})
_HER2 = frozenset(
    {"trastuzumab", "pertuzumab", "trastuzumab-deruxtecan", "trastuzumab-emtansine", "tucatinib", "lapatinib", "margetuximab",
     "pertuzumab-trastuzumab-hyaluronidase"}
)  # fmt: skip

#: How a line that is over ended, and how the record says so: status and reason of its drugs.
_ENDINGS: dict[str, tuple[RecordStatus, StopReason | None]] = {
    "progression": ("stopped", "progression"),
    "toxicity": ("stopped", "toxicity"),
    "stopped for the lungs": ("stopped", "lung"),
    "stopped for the heart": ("stopped", "cardiac"),
    "completed": ("completed", "completed"),
    "over, no reason recorded": ("stopped", None),
}

#: How the newest line stands when it is not over.
_STANDINGS: dict[str, tuple[RecordStatus, StopReason | None]] = {
    "running": ("active", None),
    "running, taxane over": ("active", None),
    "on hold": ("on-hold", None),
    "on hold for the heart": ("on-hold", "cardiac"),
    "on hold for the lungs": ("on-hold", "lung"),
    "status unknown": ("unknown", None),
    "running, worsened": ("active", None),
    "running, worsened, then stable": ("active", None),
}

Lines = tuple[tuple[str, str], ...]


def _spans(count: int) -> list[tuple[int, int]]:
    """First and last day (days ago) of each of `count` lines; the newest began `NEWEST_LINE` days ago."""
    earlier = [(690 - 150 * i, 690 - 150 * i - 110) for i in range(count - 1)]
    return [*earlier, (NEWEST_LINE, 10)]


def _records(number: int, regimen: str, outcome: str, span: tuple[int, int]) -> list[DrugRecord]:
    start, end = span
    found = []
    for drug in REGIMENS[regimen]:
        status, reason = (_ENDINGS | _STANDINGS)[outcome]
        last = ago(end) if outcome in _ENDINGS else None
        if outcome == "running, taxane over" and drug in _TAXANES:
            status, reason, last = "completed", None, ago(start - 70)
        found.append(
            DrugRecord(drug, "statement", status, ago(start), last, reason, source=f"MedicationStatement/line{number}-{drug}")
        )  # fmt: skip
    return found


def _line_tags(lines: Lines) -> frozenset[str]:
    found = {"lines"} if lines else set()
    counted = 0
    for position, (regimen, outcome) in enumerate(lines):
        drugs = REGIMENS[regimen]
        agents = {part for drug in drugs for part in PARTS.get(drug, (drug,))}
        newest = position == len(lines) - 1
        found |= {f"used:{agent}" for agent in agents}
        if regimen != "letrozole":
            counted += 1
        if _HER2.intersection(drugs):
            found.add("her2-line")
        if outcome in ("progression", "running, worsened"):
            found |= {f"failed:{agent}" for agent in agents}
        if outcome in ("toxicity", "stopped for the lungs"):
            found |= {f"toxic:{agent}" for agent in agents}
        if newest and regimen == "letrozole" and outcome == "running":
            found.add("endocrine-goes-on")
        if newest and regimen != "letrozole":
            if outcome in _STANDINGS and outcome != "running, worsened":
                found.add("standing")
            if outcome in ("running", "running, taxane over", "running, worsened", "running, worsened, then stable"):
                over = _TAXANES if outcome == "running, taxane over" else frozenset()
                found |= {f"running:{drug}" for drug in drugs if drug not in over}
            if outcome.startswith("on hold"):
                found |= {f"held:{drug}" for drug in drugs}
    return frozenset({*found, f"line-count:{counted}"})


def _lines_value(lines: Lines) -> Value:
    spans = _spans(len(lines))
    drugs = tuple(
        r for n, ((regimen, outcome), span) in enumerate(zip(lines, spans, strict=True), 1) for r in _records(n, regimen, outcome, span)
    )
    outcome = lines[-1][1]
    statuses: tuple[DiseaseStatus, ...] = ()
    if outcome.startswith("running, worsened"):
        statuses = (DiseaseStatus("worsened", ago(30), source="Observation/worsened"),)
    if outcome == "running, worsened, then stable":
        statuses = (*statuses, DiseaseStatus("stable", ago(15), source="Observation/stable"))
    return Value(
        "; ".join(f"line {n}: {regimen}, {how}" for n, (regimen, how) in enumerate(lines, 1)),
        {LONG: {"drugs": drugs, "disease_statuses": statuses}},
        tags=_line_tags(lines),
        asks="I04" if outcome == "over, no reason recorded" else None,
        group=repr((lines[:-1], lines[-1][0], outcome in _ENDINGS)),
        since=LONG,
        intake={"prior-therapy-complete": said("true")},
    )


def _sequences() -> list[Lines]:
    first = ["THP", "TH", "T-DXd + pertuzumab", "T-DXd", "T-DM1", "Phesgo + docetaxel", "capecitabine", "letrozole"]
    found: list[Lines] = []
    for regimen, outcome in product(first, [*_ENDINGS, *_STANDINGS]):
        if outcome != "running, taxane over" or _TAXANES.intersection(REGIMENS[regimen]):
            found.append(((regimen, outcome),))
    failed = "progression"
    second = ["T-DXd", "T-DM1", "tucatinib triplet", "lapatinib + capecitabine", "THP", "letrozole"]
    shorter = ["progression", "toxicity", "over, no reason recorded", "running", "on hold", "running, worsened"]
    found += [(("THP", failed), (regimen, outcome)) for regimen, outcome in product(second, shorter)]
    found += [(("THP", "over, no reason recorded"), (regimen, outcome)) for regimen, outcome in product(second[:3], shorter)]
    found += [(("T-DXd + pertuzumab", failed), (regimen, outcome)) for regimen, outcome in product(["T-DM1", "tucatinib triplet"], shorter)]
    found += [(("THP", "toxicity"), (regimen, failed)) for regimen in second[:3]]
    third = ["tucatinib triplet", "T-DM1", "lapatinib + capecitabine", "margetuximab + vinorelbine"]
    found += [(("THP", failed), ("T-DXd", failed), (regimen, outcome)) for regimen, outcome in product(third, shorter)]
    found += [(("THP", failed), ("T-DM1", failed), (regimen, failed)) for regimen in ("T-DXd", "tucatinib triplet", "capecitabine")]
    found += [(("THP", failed), ("T-DXd", "toxicity"), ("tucatinib triplet", failed))]
    fourth = ["T-DM1", "margetuximab + vinorelbine", "capecitabine"]
    found += [(("THP", failed), ("T-DXd", failed), ("tucatinib triplet", failed), (regimen, failed)) for regimen in fourth]
    found += [(("THP", failed), ("T-DXd", failed), ("tucatinib triplet", failed), ("T-DM1", failed), ("lapatinib + capecitabine", failed))]
    return found


_COMPLETE = {"prior-therapy-complete": said("true")}

LINES = Dimension(
    "lines",
    (
        Value(
            "metastases found lately, never treated (record complete)",
            since=RECENT,
            intake=_COMPLETE,
            tags=tags("line-count:0", "complete"),
        ),
        Value("metastases found lately, nothing on record", since=RECENT, tags=tags("line-count:0", "history-open")),
        Value("metastases for long, nothing on record", since=LONG, tags=tags("line-count:0", "history-open")),
        Value("metastases for long, never treated (record complete)", since=LONG, intake=_COMPLETE, tags=tags("line-count:0", "complete")),
        *(_lines_value(lines) for lines in _sequences()),
    ),
)

ADJUVANT_DRUGS: dict[str, tuple[str, ...]] = {
    "trastuzumab": ("trastuzumab",),
    "trastuzumab + pertuzumab": ("trastuzumab", "pertuzumab"),
    "T-DM1": ("trastuzumab-emtansine",),
    "T-DXd": ("trastuzumab-deruxtecan",),
}

#: Interval between the last dose and the metastases: months, a day more or less, and whether that is early (None: nobody can tell).
_INTERVALS: dict[str, tuple[int, int, bool | None]] = {
    "metastases under it": (0, -3, True),
    "6 months before": (6, 0, True),
    "6 months and a day before": (6, 1, True),
    "12 months before": (12, 0, True),
    "12 months and a day before": (12, 1, False),
    "3 years before": (36, 0, False),
    "some day of the month 12 months before": (12, 0, None),
    "nobody wrote down when": (0, 0, None),
}


def _end(interval: str, since: int) -> PartialDate | None:
    months, days, early = _INTERVALS[interval]
    found = TODAY - timedelta(days=since)
    day = add_months(found, -months) - timedelta(days=days)
    if early is None:
        return PartialDate.of(day.year, day.month) if months else None
    return PartialDate.on(day)


def _adjuvant(name: str, interval: str) -> Value:
    early = _INTERVALS[interval][2]
    facts: dict[int | None, dict[str, tuple[DrugRecord, ...]]] = {}
    for since in (RECENT, LONG):
        end = _end(interval, since)
        begun = (end.earliest if end else TODAY - timedelta(days=since + 900)) - timedelta(days=330)
        facts[since] = {
            "drugs": tuple(
                DrugRecord(
                    drug, "statement", "stopped" if early else "completed", PartialDate.on(begun), end, intent="curative",
                    source=f"MedicationStatement/adjuvant-{drug}",
                )
                for drug in ADJUVANT_DRUGS[name]
            )
        }  # fmt: skip
    agents = ADJUVANT_DRUGS[name]
    means = {True: "early", False: "late", None: "interval-unclear"}[early]
    return Value(
        f"adjuvant {name}, last dose: {interval}",
        facts,
        tags=tags(means, *(f"used:{a}" for a in agents), *(f"adjuvant:{a}" for a in agents)),
        asks="I05" if early is None else None,
        group=name,
    )


ADJUVANT = Dimension(
    "adjuvant", (Value("no adjuvant HER2 therapy"), *(_adjuvant(name, interval) for name, interval in product(ADJUVANT_DRUGS, _INTERVALS)))
)
