"""How a correct FHIR server answers from one chart, and the liberties that real ones take with searches.

A `Chart` is a behaviour of the `HostileServer`. By itself it reads, searches by patient, code and status, sorts, and pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from service.samples import request_body
from tests.service.checked_client import TODAY
from tests.service.fhir_client.hostile_server import Piece, Request, answer

Json = dict[str, Any]
#: The address of the page that begins at a resource's number, as a server writes it.
LinkTo = Callable[[Request, int], str]


def absolute_link(request: Request, start: int) -> str:
    """`next` as most servers write it."""
    return f"{request.origin}{_again(request, start)}"


def relative_link(request: Request, start: int) -> str:
    """`next` relative to the page."""
    return f"{request.kind}?{_again(request, start).partition('?')[2]}"


def link_without_port(request: Request, start: int) -> str:
    """`next` as written by a server that does not know the port of the proxy before it."""
    return f"http://127.0.0.1{_again(request, start)}"


def _again(request: Request, start: int) -> str:
    query = "&".join(f"{name}={value}" for name, value in request.parameters.items() if name != "_offset")
    return f"{request.path}?{query}&_offset={start}"


@dataclass(frozen=True)
class Chart:
    """Answers from `resources`. `ignores` and `refuses` name search parameters; `refuses` gives 400. `page_size` overrides `_count`."""

    resources: tuple[Json, ...]
    ignores: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    page_size: int | None = None
    link: LinkTo = absolute_link
    says_total: bool = True
    turn: Callable[[Json], Json] = field(default=lambda bundle: bundle)

    def __call__(self, request: Request) -> Iterable[Piece]:
        """The answer to a request."""
        if "?" not in request.target:
            found = [one for one in self.resources if f"/fhir/{one['resourceType']}/{one['id']}" == request.path]
            return (answer(found[0]) if found else answer(OUTCOME, 404))(request)
        if self.refuses & request.parameters.keys():
            return answer(OUTCOME, 400)(request)
        return answer(self.turn(self._page(request)))(request)

    def _page(self, request: Request) -> Json:
        found = [one for one in self.resources if self._matches(one, request)]
        start = int(request.parameters.get("_offset", 0))
        size = self.page_size or int(request.parameters.get("_count", 50))
        bundle: Json = {"resourceType": "Bundle", "type": "searchset", "link": []}
        if self.says_total:
            bundle["total"] = len(found)
        if start + size < len(found):
            bundle["link"] = [{"relation": "next", "url": self.link(request, start + size)}]
        if found[start : start + size]:
            bundle["entry"] = [{"resource": one, "search": {"mode": "match"}} for one in found[start : start + size]]
        return bundle

    def _matches(self, resource: Json, request: Request) -> bool:
        wanted = {name: value for name, value in request.parameters.items() if name not in self.ignores}
        subject = resource.get("subject") or resource.get("patient") or {}
        if resource["resourceType"] != request.kind or subject.get("reference", "").rpartition("/")[2] != wanted.get(
            "patient", subject.get("reference", "").rpartition("/")[2]
        ):
            return False
        codes = {token.rpartition("|")[2] for token in wanted.get("code", "").split(",")}
        coded = {coding.get("code") for coding in resource.get("code", {}).get("coding", ())}
        return ("code" not in wanted or bool(codes & coded)) and ("status" not in wanted or resource["status"] in wanted["status"])


OUTCOME: Json = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing", "diagnostics": "made up"}]}


def chart_of(sample: str = "second-line") -> tuple[Json, ...]:
    """All resources of a sample patient, each once."""
    found: dict[tuple[str, str], Json] = {}
    for value in request_body(sample, TODAY)["prefetch"].values():
        for resource in [entry["resource"] for entry in value.get("entry", ())] if value["resourceType"] == "Bundle" else [value]:
            found[resource["resourceType"], resource["id"]] = resource
    return tuple(found.values())


def of_another(resources: Iterable[Json], patient: str, mark: str) -> tuple[Json, ...]:
    """The same resources as those of another patient, with a mark in every text and id."""
    changed = json.dumps(list(resources)).replace(f"/{patient}", f"/{mark}")
    return tuple(_marked(json.loads(changed), mark))


def _marked(value: Any, mark: str) -> Any:
    if isinstance(value, dict):
        return {name: f"{mark}-{member}" if name in {"id", "text", "display"} and isinstance(member, str) else _marked(member, mark)
                for name, member in value.items()}  # fmt: skip
    return [_marked(member, mark) for member in value] if isinstance(value, list) else value
