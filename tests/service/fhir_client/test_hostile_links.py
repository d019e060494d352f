"""Links that a hostile server writes: no request leaves the listed origin, and no chain of links is endless.

The second server stands on this machine too, at another port and so another origin: it must see nothing, not even a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count

import pytest

from service.cds_hooks.registry import PATIENT_VIEW
from service.fhir_client.search import MOST_PAGES
from tests.service.fhir_client.asking import PATIENT, SAMPLE, ServiceAt, service_before  # noqa: F401 - a fixture
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import HostileServer, Piece, Request, answer, head, serving
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

PATIENTLY = 30_000
CHART = chart_of(SAMPLE)
CONDITIONS = [{"resource": one} for one in CHART if one["resourceType"] == "Condition"]

#: Ways to write an address beyond the origin `here`, which listens at `port`; `there` is the origin of the second server.
BEYOND: dict[str, Callable[[HostileServer, HostileServer], str]] = {
    "another port": lambda _, there: f"{there.origin}/fhir/Condition?page=2",
    "no scheme": lambda _, there: f"//127.0.0.1:{there.port}/fhir/Condition",
    "another name of this machine": lambda _, there: f"http://localhost:{there.port}/fhir/Condition",
    "the same port under another name": lambda here, _: f"http://localhost:{here.port}/fhir/Condition",
    "https": lambda _, there: f"https://127.0.0.1:{there.port}/fhir/Condition",
    "https at the same port": lambda here, _: f"https://127.0.0.1:{here.port}/fhir/Condition",
    "the port lost": lambda _here, _there: "http://127.0.0.1/fhir/Condition?page=2",
    "the host as a user": lambda here, there: f"{here.origin}@127.0.0.1:{there.port}/fhir/Condition",
    "the host as a user with a password": lambda here, there: f"http://u:{here.port}@127.0.0.1:{there.port}/fhir",
    "a user at the same host": lambda here, _: f"http://user@127.0.0.1:{here.port}/fhir/Condition",
    "backslash and user": lambda here, there: f"{here.origin}\\@127.0.0.1:{there.port}/fhir/Condition",
    "backslashes": lambda _, there: f"\\\\127.0.0.1:{there.port}\\fhir",
    "one backslash": lambda _, there: f"/\\127.0.0.1:{there.port}/fhir",
    "a tab in the scheme": lambda _, there: f"ht\ttp://127.0.0.1:{there.port}/fhir",
    "a tab between slashes": lambda _, there: f"/\t/127.0.0.1:{there.port}/fhir",
    "a leading space": lambda _, there: f" {there.origin}/fhir/Condition",
    "a number for a host": lambda _, there: f"http://2130706433:{there.port}/fhir/Condition",
    "a hexadecimal host": lambda _, there: f"http://0x7f000001:{there.port}/fhir/Condition",
    "a short host": lambda _, there: f"http://127.1:{there.port}/fhir/Condition",
    "a host in IPv6": lambda _, there: f"http://[::ffff:127.0.0.1]:{there.port}/fhir/Condition",
    "fullwidth digits": lambda _, there: f"http://\uff11\uff12\uff17.0.0.1:{there.port}/fhir/Condition",
    "a dot at the end": lambda here, _: f"http://127.0.0.1.:{here.port}/fhir/Condition",
    "percent in the host": lambda here, _: f"http://127.0.0.%31:{here.port}/fhir/Condition",
    "a second header": lambda here, there: f"{here.origin}/fhir\r\nHost: 127.0.0.1:{there.port}\r\n",
    "cloud metadata": lambda _here, _there: "http://169.254.169.254/latest/meta-data/",
    "a private address": lambda _here, _there: "http://10.0.0.1/fhir/Condition",
    "somewhere else": lambda _here, _there: "https://evil.example/fhir/Condition",
    "a file": lambda _here, _there: "file:///etc/passwd",
    "ftp": lambda _here, _there: "ftp://127.0.0.1/fhir",
    "a script": lambda _here, _there: "javascript:alert(1)",
    "data": lambda _here, _there: "data:application/fhir+json,{}",
    "a broken address": lambda _here, _there: "http://[::1",
    "a port out of range": lambda _here, _there: "http://127.0.0.1:99999/fhir/Condition",
    "a port that is none": lambda _here, _there: "http://127.0.0.1:port/fhir/Condition",
}

EACH_WAY = pytest.mark.parametrize("beyond", BEYOND.values(), ids=BEYOND)


@pytest.fixture
def servers() -> Iterator[tuple[HostileServer, HostileServer]]:
    """The listed server with a chart, and the one that must see nothing."""
    with serving(Chart(CHART)) as here, serving(Chart(CHART)) as there:
        yield here, there
        assert there.connections == 0


@EACH_WAY
def test_next_beyond_the_origin_is_a_missing_page(
    service_at: ServiceAt, servers: tuple[HostileServer, HostileServer], beyond: Callable[[HostileServer, HostileServer], str]
):
    """It is not followed; the card is made from the page that came and the gap is named."""
    here, there = servers
    link = {"relation": "next", "url": beyond(here, there)}
    here.on("Condition", answer({"resourceType": "Bundle", "type": "searchset", "link": [link], "entry": CONDITIONS}))
    answered = service_at(here, PATIENTLY).ask()
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] >= 1
    assert len(here.asked("Condition")) == 1


@EACH_WAY
def test_next_in_prefetch_beyond_the_origin(
    service_at: ServiceAt, servers: tuple[HostileServer, HostileServer], beyond: Callable[[HostileServer, HostileServer], str]
):
    """The same for a link that the client sent in prefetch."""
    here, there = servers
    link = {"relation": "next", "url": beyond(here, there)}
    prefetch = {"conditions": {"resourceType": "Bundle", "type": "searchset", "link": [link], "entry": CONDITIONS}}
    answered = service_at(here, PATIENTLY).ask(prefetch=prefetch)
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] >= 1
    assert not here.asked("Condition")


@EACH_WAY
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_beyond_the_origin_is_no_answer(
    service_at: ServiceAt,
    servers: tuple[HostileServer, HostileServer],
    beyond: Callable[[HostileServer, HostileServer], str],
    status: int,
):
    """It is not followed: 412 for a required kind, although the other server would have had the data."""
    here, there = servers
    target = beyond(here, there).encode()
    whole = head(status, content_length="0").replace(b"\r\n\r\n", b"\r\nLocation: " + target + b"\r\n\r\n")
    here.on("Condition", lambda _: [whole])
    answered = service_at(here, PATIENTLY).ask()
    assert answered.response.status_code == 412
    assert len(here.asked("Condition")) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_origin_is_followed(service_at: ServiceAt, status: int):
    """Servers move a tenant's base: the same origin may be asked, with the token."""
    honest = Chart(CHART)

    def answers(request: Request) -> Iterable[Piece]:
        if request.kind == "Condition" and "moved" not in request.parameters:
            return [head(status, content_length="0", location=f"{request.target}&moved=1")]
        return honest(request)

    with serving(answers) as server:
        answered = service_at(server, PATIENTLY).ask()
        assert "authorization" in server.asked("Condition")[-1].headers
    assert answered.cards
    assert "incomplete" not in answered.problems


@pytest.mark.parametrize("location", ["{target}", "/fhir/Condition?n={turn}", ""])
def test_redirects_without_end(service_at: ServiceAt, location: str):
    """A loop of redirects, or ever new ones, end after a few."""
    turns = count()

    def answers(request: Request) -> Iterable[Piece]:
        return [head(302, content_length="0", location=location.format(target=request.target, turn=next(turns)))]

    with serving(Chart(CHART)) as server:
        server.on("Condition", answers)
        answered = service_at(server, PATIENTLY).ask()
        assert len(server.asked("Condition")) <= 4
    assert answered.response.status_code == 412


def page(request: Request, link: str) -> Iterable[Piece]:
    """A page of conditions with a `next` link, and of nothing for any other kind."""
    entries = CONDITIONS if request.kind == "Condition" else []
    return answer({"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": link}], "entry": entries})(request)


LOOPS = {
    "to itself": lambda request, _: f"{request.origin}{request.target}",
    "between two": lambda request, turn: f"{request.origin}/fhir/{request.kind}?page={turn % 2}",
    "with another fragment": lambda request, turn: f"{request.origin}/fhir/{request.kind}?page=1#{turn}",
    "ever new": lambda request, turn: f"{request.origin}/fhir/{request.kind}?page={turn}",
    "ever longer": lambda request, turn: f"{request.origin}{request.target}&{'x' * 400}={turn}",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_pages_without_end(service_at: ServiceAt, loop: Callable[[Request, int], str]):
    """Loops and ever new pages end at the cap; what came counts, each resource once, and the rest is named as missing."""
    turns = count()

    def answers(request: Request) -> Iterable[Piece]:
        return page(request, loop(request, next(turns)))

    with serving(Chart(CHART)) as server:
        server.on("Condition", answers)
        answered = service_at(server, PATIENTLY).ask()
        assert len(server.asked("Condition")) <= MOST_PAGES
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] >= 1


def test_pages_without_end_everywhere_end_at_the_deadline(service_at: ServiceAt):
    """With every search endless and each page slow, the call ends at its deadline and so do the requests."""
    turns = count()

    def answers(request: Request) -> Iterable[Piece]:
        # Beyond the first, so slow that the deadline comes before the most pages that are read.
        yield 1 if "page" in request.parameters else 0
        yield from page(request, f"{request.origin}/fhir/{request.kind}?page={next(turns)}")

    with serving(answers) as server:
        answered = service_at(server, 5000).ask()
        assert len(server.requests) <= MOST_PAGES * len(PATIENT_VIEW.prefetch)
        seen = len(server.requests)
        assert server.idle_within(60)
        assert len(server.requests) == seen
    assert answered.response.status_code == 200
    assert answered.problems["incomplete"] >= 1


OFFSETS = {
    "offset style": lambda request, start: f"{request.origin}/fhir?_getpages=c0ffee&_offset={start}&kind={request.kind}",
    "from the root": lambda request, start: f"/fhir?_getpages=c0ffee&_offset={start}&kind={request.kind}",
    "with odd characters": lambda request, start: (
        f"{request.origin}/fhir?_getpages=a%2Fb|c,d:e%20%C3%A9&_offset={start}&kind={request.kind}"
    ),
}


@pytest.mark.parametrize("link", OFFSETS.values(), ids=OFFSETS)
def test_next_is_read_as_given(service_at: ServiceAt, link: Callable[[Request, int], str]):
    """A link names its page in the server's own way, with nothing of the search in it: taken as it is."""
    kinds: dict[str, Request] = {}

    def answers(request: Request) -> Iterable[Piece]:
        if request.path == "/fhir":
            first = kinds[request.parameters["kind"]]
            again = f"{first.target}&_offset={request.parameters['_offset']}"
            return chart(Request(request.origin, "GET", again, request.headers))
        kinds.setdefault(request.kind, request)
        return chart(request)

    chart = Chart(tuple(one for one in CHART if one["resourceType"] != "Observation"), page_size=2, link=link)
    with serving(answers) as server:
        answered = service_at(server, PATIENTLY).ask()
        assert [request for request in server.requests if request.path == "/fhir"]
    assert answered.response.status_code == 200
    assert "incomplete" not in answered.problems


def test_keys_without_end(service_at: ServiceAt):
    """A thousand keys, each with a `next` link, do not become a thousand requests; what is not read is named as missing."""
    with serving(Chart(CHART)) as server:
        page = {"resourceType": "Bundle", "type": "searchset", "entry": CONDITIONS}
        prefetch = {f"key{n}": page | {"link": [{"relation": "next", "url": f"{server.base}/Condition?page={n}"}]} for n in range(1000)}
        answered = service_at(server, PATIENTLY).ask(prefetch=prefetch)
        assert len(server.requests) <= 100
    assert answered.problems["incomplete"] >= 1


REFERENCES: dict[str, Callable[[HostileServer, HostileServer], str]] = {
    "another server": lambda _, there: f"{there.base}/Medication/m1",
    "no scheme": lambda _, there: f"//127.0.0.1:{there.port}/fhir/Medication/m1",
    "up and away": lambda _here, _there: "../../admin/Medication/m1",
    "up from the base": lambda here, _: f"{here.base}/../admin/Medication/m1",
    "a query in the id": lambda _here, _there: "Medication/m1?_delete=true",
    "two dots for an id": lambda _here, _there: "Medication/..",
    "a line break in the id": lambda _here, _there: "Medication/m1\r\nX-Header: y",
    "another kind": lambda here, _: f"{here.base}/Binary/m1",
    "an operation": lambda _here, _there: "$everything",
}


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)
def test_references_lead_nowhere_else(
    service_at: ServiceAt, servers: tuple[HostileServer, HostileServer], reference: Callable[[HostileServer, HostileServer], str]
):
    """A Medication that a resource refers to is read at the base of the call's server, by its id, or not at all."""
    here, there = servers
    order = {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    order["medicationReference"] = {"reference": reference(here, there)}
    here.on("MedicationRequest", answer({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": order}]}))
    assert service_at(here, PATIENTLY).ask().response.status_code == 200
    asked = {request.target for request in here.requests if request.path.count("/") != 2 or "?" not in request.target}
    assert asked <= {f"/fhir/Patient/{PATIENT}", "/fhir/Medication/m1"}


def test_references_without_end(service_at: ServiceAt):
    """A thousand orders of a thousand unknown drugs do not become a thousand requests."""
    order = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": f"Patient/{PATIENT}"}}
    orders = [order | {"id": f"r{n}", "medicationReference": {"reference": f"Medication/m{n}"}} for n in range(1000)]
    with serving(Chart(CHART)) as server:
        server.on(
            "MedicationRequest", answer({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in orders]})
        )
        assert service_at(server, PATIENTLY).ask().response.status_code == 200
        assert len(server.asked("Medication")) <= 50
