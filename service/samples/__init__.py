"""Synthetic sample patients: one chart per situation, dated relative to the day they are asked for.

Each `data/<name>.json` holds a one-line description, the request's fixed `hookInstance`, and the chart as FHIR R4 resources. Each
`data/orders/<name>.json` holds an order session: the hook, the drafts, and a chart of its own or the name of a sample patient's. Dates are
tokens: `{{today-30d}}` is thirty days ago, `{{today-14m}}` fourteen calendar months, `{{today-54y-120d}}` a birthday. Nobody in these
files ever lived; every name begins with "Sample".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import orjson

from fhir_mappings.prefetch_queries import PREFETCH
from guideline.partial_date import add_months

_DATE = re.compile(r"\{\{today((?:[+-]\d+[dmy])*)\}\}")
_STEP = re.compile(r"([+-]\d+)([dmy])")
_DATA = resources.files(__package__) / "data"


def names() -> list[str]:
    """The samples' names, sorted: `brain-metastases`, `early-relapse`, ..."""
    return sorted(file.name.removesuffix(".json") for file in _DATA.iterdir() if file.name.endswith(".json"))


def order_names() -> list[str]:
    """The order samples' names, sorted: `order-doxorubicin`, `order-reescalation`, ..."""
    return sorted(file.name.removesuffix(".json") for file in (_DATA / "orders").iterdir() if file.name.endswith(".json"))


def describe(name: str) -> str:
    """One line on who the patient is, or on what is ordered. Raises `KeyError` for a name in neither `names()` nor `order_names()`."""
    description: str = _sample(name, date(2000, 1, 1))["description"]  # holds no date, so any day will do
    return description


def chart(name: str, today: date) -> list[dict[str, Any]]:
    """The chart of a sample, or of an order sample with a chart of its own, as it is on `today`; the Patient comes first.

    Raises `KeyError` for a name in neither `names()` nor `order_names()`, and for an order sample that borrows its chart.
    """
    members: list[dict[str, Any]] = _sample(name, today)["chart"]
    return members


def request_body(name: str, today: date) -> dict[str, Any]:
    """The CDS Hooks `patient-view` request of a sample as an EHR would send it on `today`, prefetch filled.

    Raises `KeyError` for a name that is not in `names()`.
    """
    if name not in names():
        raise KeyError(name)
    sample = _sample(name, today)
    return _request("patient-view", sample, sample["chart"])


def order_request_body(name: str, today: date) -> dict[str, Any]:
    """The `order-select` or `order-sign` request of an order sample as an EHR would send it on `today`, prefetch filled.

    Raises `KeyError` for a name that is not in `order_names()`.
    """
    if name not in order_names():
        raise KeyError(name)
    sample = _sample(name, today)
    chart = sample["chart"] if "chart" in sample else _sample(sample["chartOf"], today)["chart"]
    body = _request(sample["hook"], sample, chart)
    drafts = [{"resource": draft} for draft in sample["draftOrders"]]
    body["context"]["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": drafts}
    if "selections" in sample:
        body["context"]["selections"] = sample["selections"]
    return body


def _request(hook: str, sample: dict[str, Any], chart: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "hook": hook,
        "hookInstance": sample["hookInstance"],
        "context": {"userId": "Practitioner/sample-oncologist", "patientId": chart[0]["id"]},
        "prefetch": _prefetch(chart),
    }


@cache
def _template(name: str) -> str:
    if name in names():
        return (_DATA / f"{name}.json").read_text("utf-8")
    if name in order_names():
        return (_DATA / "orders" / f"{name}.json").read_text("utf-8")
    raise KeyError(name)


def _sample(name: str, today: date) -> dict[str, Any]:
    sample: dict[str, Any] = orjson.loads(_DATE.sub(lambda token: _day(token[1], today).isoformat(), _template(name)))
    return sample


def _day(steps: str, today: date) -> date:
    """Walk from today in the order the steps stand: `-54y-120d`."""
    day = today
    for count, unit in _STEP.findall(steps):
        day = day + timedelta(days=int(count)) if unit == "d" else add_months(day, int(count) * (12 if unit == "y" else 1))
    return day


def _prefetch(chart: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The chart under the keys of our own prefetch: the Patient as it is, everything else in searchset Bundles.

    A Medication has no query of its own; EHRs send it as a further entry beside the orders that refer to it.
    """
    prefetch: dict[str, Any] = {}
    bundles: dict[str, list[dict[str, Any]]] = {key: [] for key, query in PREFETCH.items() if "?" in query}
    for resource in chart:
        kind = "MedicationRequest" if resource["resourceType"] == "Medication" else resource["resourceType"]
        for key in _keys(kind, resource):
            if key in bundles:
                bundles[key].append(resource)
            else:
                prefetch[key] = resource
    for key, members in bundles.items():
        prefetch[key] = {"resourceType": "Bundle", "type": "searchset", "total": len(members)}
        if members:
            prefetch[key]["entry"] = [{"resource": member, "search": {"mode": "match"}} for member in members]
    return prefetch


def _keys(kind: str, resource: dict[str, Any]) -> list[str]:
    """The keys whose query would find a resource: those of its type, by code where the query lists codes."""
    return [key for key, query in PREFETCH.items() if re.split(r"[?/]", query)[0] == kind and _found_by(query, resource)]


def _found_by(query: str, resource: dict[str, Any]) -> bool:
    wanted = re.search(r"[?&]code=([^&]+)", query)
    if wanted is None:
        return True
    codes = {token.rpartition("|")[2] for token in wanted[1].split(",")}
    return any(coding.get("code") in codes for coding in resource.get("code", {}).get("coding", ()))
