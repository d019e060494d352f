"""What is counted. Every label has a closed list of values, known before the first call: no label can hold what a caller wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, Literal, get_args

from cards.topics import TOPICS
from fhir_mappings.documents.bundles import KeyState
from fhir_mappings.prefetch_queries import PREFETCH
from guideline.advice import INDICATOR_RANK
from guideline.case import ProblemKind
from service.auth import refusals as auth_refusals
from service.cds_hooks.registry import SERVICES
from service.fhir_client.transport import Reason

#: What stands for a value that is on no list: a service that does not exist, a prefetch key of the client's own.
OTHER: Final = "other"

#: The upper bounds of the latency histogram in seconds. CDS Hooks expects an answer within 0.5.
BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4, 0.5, 1.0, 2.5)


Kind = Literal["counter", "gauge", "histogram"]


class Series:
    """One metric: its name, its labels with their values, and where its numbers stand among those of a process."""

    def __init__(self, kind: Kind, name: str, text: str, *, start: int, labels: Mapping[str, Iterable[str]]) -> None:
        self.kind, self.name, self.text = kind, name, text
        self.labels = tuple(labels)
        self._values = tuple(frozenset(values) for values in labels.values())
        #: A histogram has a number for each bound, one for what is above, and the sum.
        self.width = len(BOUNDS) + 2 if kind == "histogram" else 1
        self.places = {values: start + self.width * number for number, values in enumerate(product(*labels.values()))}
        self.end = start + self.width * len(self.places)

    def place(self, values: tuple[str, ...]) -> int:
        """Where the number of these label values stands; a value that is on no list counts as `other`."""
        place = self.places.get(values)
        if place is not None:
            return place
        return self.places[tuple(value if value in known else OTHER for value, known in zip(values, self._values, strict=True))]

    def __iter__(self) -> Iterator[tuple[tuple[str, ...], int]]:
        return iter(self.places.items())


_DEFINED: list[Series] = []


def _define(kind: Kind, name: str, text: str, labels: Mapping[str, Iterable[str]]) -> Series:
    """The next series; its numbers stand behind those of the one before."""
    _DEFINED.append(Series(kind, name, text, start=_DEFINED[-1].end if _DEFINED else 0, labels=labels))
    return _DEFINED[-1]


def _counter(name: str, text: str, /, **labels: Iterable[str]) -> Series:
    return _define("counter", name, text, labels)


def _gauge(name: str, text: str, /, **labels: Iterable[str]) -> Series:
    return _define("gauge", name, text, labels)


def _histogram(name: str, text: str, /, **labels: Iterable[str]) -> Series:
    return _define("histogram", name, text, labels)


def _listed(values: Iterable[str]) -> Sequence[str]:
    return (*dict.fromkeys(values), OTHER)


_SERVICES = _listed(SERVICES)
_STATUSES = ("400", "401", "403", "404", "405", "412", "413", "415", "429", "500", "503")

CALLS = _counter(
    "her2cds_calls",
    "Calls by service and outcome: `cards`, `nothing` (nothing to say), `shadow` (no card sent), or the status of the error answer.",
    service=_SERVICES,
    outcome=_listed(("cards", "nothing", "shadow", *_STATUSES)),
)
CALL_SECONDS = _histogram("her2cds_call_seconds", "Time to answer a call.", service=_SERVICES)
FEEDBACK = _counter(
    "her2cds_feedback",
    "Feedback messages by service and status; 503 is feedback that could not be kept.",
    service=_SERVICES,
    status=_listed(("200", *_STATUSES)),
)
REQUESTS = _counter("her2cds_other_requests", "All other requests by status class.", status=("2xx", "3xx", "4xx", "5xx"))
CARDS = _counter(
    "her2cds_cards",
    "Cards by topic and indicator.",
    topic=_listed(TOPICS),
    indicator=_listed(INDICATOR_RANK),
)
SHADOW_CARDS = _counter(
    "her2cds_shadow_cards",
    "Cards that shadow mode held back, by topic and indicator.",
    topic=_listed(TOPICS),
    indicator=_listed(INDICATOR_RANK),
)
HIDDEN = _counter(
    "her2cds_hidden_findings",
    "Findings that made no card since the site has switched their topic off, for all or for whoever asked, by topic.",
    topic=_listed(TOPICS),
)
OUTSIDE = _counter("her2cds_calls_outside_audience", "Calls by users who get no cards at the site.", service=_SERVICES)
PREFETCH_KEYS = _counter(
    "her2cds_prefetch_keys",
    "Prefetch keys by what they held in the end, what was fetched included; `absent`: neither sent nor asked for.",
    key=_listed(PREFETCH),
    state=_listed((*get_args(KeyState), "absent")),
)
FHIR_SEARCHES = _counter(
    "her2cds_fhir_searches",
    "Searches on FHIR servers by what came of them.",
    outcome=_listed(("data", "refused", "forbidden", *get_args(Reason))),
)
FHIR_REQUESTS = _counter("her2cds_fhir_requests", "HTTP requests sent to FHIR servers.")
DATA_PROBLEMS = _counter(
    "her2cds_data_problems",
    "Resources and facts that could not be used, by kind; `other-patient`: resources of somebody else, dropped.",
    kind=_listed(get_args(ProblemKind)),
)
AUTH_FAILURES = _counter(
    "her2cds_auth_failures",
    "Calls whose token was not accepted, by reason.",
    reason=_listed(get_args(auth_refusals.Reason)),
)
TURNED_AWAY = _counter(
    "her2cds_turned_away",
    "Requests not worked on: `busy` (too many at the same time), `rate` (too many of this client).",
    reason=("busy", "rate"),
)
LOST = _counter(
    "her2cds_lost",
    "What could not be kept while cards were answered all the same, by kind.",
    kind=_listed(("record", "input", "log")),
)
STORE = _gauge("her2cds_store_workers", "Workers by how they find the store.", state=("open", "unavailable"))
IN_PROGRESS = _gauge("her2cds_in_progress", "Requests being worked on.")

#: All of them, in the order of the page.
ALL: Final = tuple(_DEFINED)

#: How many numbers a process has.
WIDTH: Final = ALL[-1].end
