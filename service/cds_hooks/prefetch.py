"""What a request brought, what is fetched beside it, and whether that is enough to answer (decisions 25, 26).

A key that says "no data" is an answer; a key that is absent, failed or garbage is none. What a key's own query asks for is known for the
keys of our discovery entry. Clients rename and merge keys, so what stands under an unknown key counts by its content, and a Bundle there
may be all queries in one.

| a key is | and the FHIR server may be asked |
|---|---|
| absent, or holds something that is no FHIR | its query is done there |
| data with a `next` link | the further pages are read |
| an OperationOutcome: the client's own query failed | it is not repeated; the case says what is missing |
| null, an empty Bundle, data | nothing is asked |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Final
from urllib.parse import quote

from fhir_mappings.medications.medication_references import open_references
from fhir_mappings.prefetch_queries import MEDICATION_KINDS
from fhir_mappings.reading import HookRequest, KeyContent, Reading
from fhir_mappings.record import of_others_only
from guideline.case import DataProblem
from service.cds_hooks.registry import CdsService
from service.errors import PrefetchMissing
from service.fhir_client.client import Fetched, FhirClient, FhirServer
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import same_origin_link
from service.fhir_client.search import Search
from service.operations.counting import count_fetched, count_prefetch

_SATISFIED: Final = frozenset({"data", "empty", "null"})
#: As good as absent.
_OPEN: Final = frozenset({"garbage"})
_PATIENT_ID: Final = "{{context.patientId}}"
_MEDICATIONS: Final = "medications"
#: Of how many keys the further pages are read: one call must not become thousands of requests.
_MOST_PAGED: Final = 40


def resolve(
    request: HookRequest, service: CdsService, fhir: FhirClient | Fetched | None, kept: Collection[str] = MEDICATION_KINDS
) -> tuple[Reading, Fetched | None]:
    """The whole reading of a request: its prefetch, and what could be fetched beside it before the deadline.

    `kept` are the kinds of medication record of the site's EHR. Returns what was fetched as well, `None` when there is no server to ask.
    Raises `PrefetchMissing` when nothing could have carried a kind of resource that every answer needs, or all that came is of other
    patients. A request that is evaluated again brings with it what was fetched then, in place of a client.
    """
    reading, fetched = request.reading, None
    if isinstance(fhir, Fetched):
        reading, fhir = reading + fhir.reading, None
    server = fhir.server_of(request.envelope) if fhir is not None else None
    if isinstance(server, str):
        fetched = Fetched(not_asked=server)
    elif fhir is not None and server is not None:
        fetched = fetch_open(request, service, fhir, server)
        reading = reading + fetched.reading
        count_fetched(fetched.outcomes, fetched.requests)
    count_prefetch(reading.keys, service.prefetch)
    strangers = of_others_only(reading, request.envelope["context"]["patientId"])
    missing = tuple(service.required_kinds) if strangers else missing_kinds(reading.keys, service, service.required_kinds)
    if missing:
        not_asked = fetched.not_asked if fetched is not None else None
        counts = fetched.counts() if fetched is not None else None
        raise PrefetchMissing(missing, fetched=counts, not_asked=not_asked, strangers=strangers)
    unseen = unseen_medications(reading.keys, service, kept)
    return replace(reading, problems=(*reading.problems, unseen)) if unseen else reading, fetched


def fetch_open(request: HookRequest, service: CdsService, fhir: FhirClient, server: FhirServer) -> Fetched:
    """What the prefetch of a request left open, in two rounds before one deadline: keys and pages, then the Medications referred to."""
    deadline = fhir.deadline()
    context = request.envelope["context"]
    searches = open_searches(request.reading.keys, service, server.base, context["patientId"])
    fetched = fhir.fetch(server, searches, deadline)
    references = open_references(request.reading + fetched.reading, context, server.base)
    if not references:
        return fetched
    return fetched + _medications(references, fhir, server, deadline)


def _medications(references: Iterable[str], fhir: FhirClient, server: FhirServer, deadline: Deadline) -> Fetched:
    found = fhir.fetch(server, [Search(_MEDICATIONS, f"{server.base}/{reference}") for reference in references], deadline)
    # An order whose Medication does not come is named as unreadable by itself, unless the reference says what it is.
    return replace(found, reading=Reading(found.reading.entries, found.reading.problems))


def open_searches(keys: Mapping[str, KeyContent], service: CdsService, base: str, patient_id: str) -> list[Search]:
    """The searches that the FHIR server is asked, at `base` (without a final slash), for what the prefetch `keys` left open."""
    searches = []
    brought = _brought_under_other_names(keys, service)
    for key, template in service.prefetch.items():
        content = keys.get(key)
        if (content is None or content.state in _OPEN) and queried_type(template) not in brought:
            searches.append(Search(key, f"{base}/{template.replace(_PATIENT_ID, quote(patient_id, safe=''))}"))
    paged = islice(((key, content.next_page) for key, content in keys.items() if content.next_page is not None), _MOST_PAGED)
    for key, next_page in paged:
        link = same_origin_link(f"{base}/", next_page)
        if link is not None:
            searches.append(Search(key, link, further=True))
    return searches


def _brought_under_other_names(keys: Mapping[str, KeyContent], service: CdsService) -> Collection[str]:
    """The kinds that need not be asked for because a renamed or merged key brought them.

    One kind of Observation says nothing of the others, which have keys of their own: only a Bundle of several kinds, which merges queries,
    counts for all of them.
    """
    brought: set[str] = set()
    for key, content in keys.items():
        if key not in service.prefetch and content.state == "data":
            merged = content.bundled and len(content.types) > 1
            brought |= content.types if merged else content.types - {"Observation"}
    return brought


def missing_kinds(keys: Mapping[str, KeyContent], service: CdsService, kinds: Iterable[str]) -> tuple[str, ...]:
    """Those of `kinds` that no satisfied key could have carried, in their order."""
    carried: set[str] = set()
    anything = False
    for key, content in keys.items():
        if content.state not in _SATISFIED:
            continue
        carried |= content.types
        template = service.prefetch.get(key)
        if template is not None:
            carried.add(queried_type(template))
        else:
            anything |= content.bundled or content.state == "empty" or len(content.types) > 1
    return () if anything else tuple(kind for kind in kinds if kind not in carried)


def unseen_medications(keys: Mapping[str, KeyContent], service: CdsService, kept: Collection[str]) -> DataProblem | None:
    """What must not be read as "never given": no kind of medication record was seen, or one that is kept was neither sent nor refused.

    `kept` are the kinds of the site's EHR. One of them that is merely left out may be one whose query failed: some clients leave out the
    keys of such queries. One that the FHIR server refuses is not there. Where keys are renamed, nobody knows which were left out.
    """
    told: set[str] = set()
    renamed = False
    for key, content in keys.items():
        renamed |= key not in service.prefetch and content.state != "unused"
        if content.state in _SATISFIED:
            told |= content.types
            template = service.prefetch.get(key)
            if template is not None:
                told.add(queried_type(template))
            elif content.bundled and len(content.types) > 1:
                told.update(MEDICATION_KINDS)
    if told.isdisjoint(MEDICATION_KINDS):
        return DataProblem("incomplete", "therapy", "", "no medication record of any kind was seen")
    untold = set(kept) - told
    if renamed or not untold:
        return None
    left_out = [kind for key, template in service.prefetch.items() if key not in keys and (kind := queried_type(template)) in untold]
    return DataProblem("unsent", "therapy", "", f"not sent: {', '.join(left_out)}") if left_out else None


@cache
def queried_type(template: str) -> str:
    """The resource type a prefetch template asks for: `Condition?patient=...` and `Condition/{{...}}` -> `Condition`."""
    return template.partition("?")[0].partition("/")[0]
