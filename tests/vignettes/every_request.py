"""Every request we have: all vignettes in both encodings and both profiles, all samples; each with what the service makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from service.evaluation import Evaluation
from service.record_file import evaluate_record
from service.samples import names, order_names, order_request_body, request_body
from service.settings import Settings
from tests.vignettes.cases import CASES
from tests.vignettes.codes import Json
from tests.vignettes.facts import TODAY
from tests.vignettes.fhir_builder import ENCODINGS, patient_view, resources
from tests.vignettes.order_cases import ORDER_CASES
from tests.vignettes.order_request import order_request

_DATA = TemporaryDirectory(prefix="her2cds-every-request-")


@dataclass(frozen=True)
class Request:
    """One request by name, and the site that is asked."""

    name: str
    body: bytes
    profile: str = "guideline"
    jurisdiction: str = "US"

    def evaluate(self, site: Path | None = None) -> Evaluation:
        """Case, advice and cards, at a site with this site file."""
        return evaluate_record(self.body, hook=None, patient=None, settings=_settings(self.profile, self.jurisdiction, site))


def every_request() -> Iterator[Request]:
    """All of them, in a fixed order."""
    for name, facts in CASES.items():
        for encoding in ENCODINGS:
            body = patient_view(resources(facts, encoding, TODAY), encoding)
            for profile in ("guideline", "current"):
                yield Request(f"{name}-{encoding}-{profile}", _bytes(body), profile)
    for name, case in ORDER_CASES.items():
        for encoding in ENCODINGS:
            body = order_request(case.hook, case.facts, case.orders, encoding, TODAY)
            yield Request(f"{name}-{encoding}", _bytes(body), jurisdiction=case.jurisdiction)
    for name in names():
        for jurisdiction in ("US", "EU"):
            yield Request(f"sample-{name}-{jurisdiction}", _bytes(request_body(name, TODAY)), jurisdiction=jurisdiction)
    for name in order_names():
        yield Request(f"sample-{name}", _bytes(order_request_body(name, TODAY)))


def _bytes(body: Json) -> bytes:
    return orjson.dumps(body)


@cache
def _settings(profile: str, jurisdiction: str, site: Path | None) -> Settings:
    data = Path(_DATA.name)
    return Settings(profile=profile, jurisdiction=jurisdiction, today=TODAY, data=data, site=site, _env_file=None)  # type: ignore[call-arg,arg-type]
