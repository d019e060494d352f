"""`her2-cds replay`: the same call, the knowledge and settings of today, and what is different."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from cards.override_reasons import OVERRIDE_REASONS
from service.cds_hooks.registry import SERVICES
from service.cli import main
from service.record.difference import Answer, difference
from service.record.replay import replay
from service.samples import names, order_names, order_request_body, request_body
from tests.service.checked_client import TODAY, CheckedClient, site
from tests.service.fhir_client.chart_server import Chart, chart_of
from tests.service.fhir_client.hostile_server import serving
from tests.service.record.records import KEY, OLD_KEY, inputs, rows
from tests.service.test_feedback import entry

Clients = Callable[..., CheckedClient]


@pytest.fixture
def client(client_of: Clients, tmp_path: Path) -> CheckedClient:
    return client_of(data=tmp_path, record_key=KEY)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run `her2-cds replay --json` as the site's operator, with some settings."""
    monkeypatch.chdir(tmp_path)

    def run(request: str, **settings: str) -> Any:
        for name, value in ({"DATA": str(tmp_path), "RECORD_KEY": KEY} | settings).items():
            monkeypatch.setenv(f"HER2CDS_{name}", value)
        capsys.readouterr()
        assert main(["replay", "--json", request]) == 0
        return orjson.loads(capsys.readouterr().out)

    return run


def test_every_sample_is_answered_as_before(client: CheckedClient, tmp_path: Path):
    """With the same knowledge and settings, on any later day, nothing differs: patients, orders, silence and missing prefetch."""
    by_hook = {service.hook: service.id for service in SERVICES.values()}
    bodies = [request_body(name, TODAY) for name in names()] + [order_request_body(name, TODAY) for name in order_names()]
    bodies.append(request_body("second-line", TODAY) | {"prefetch": {}})
    for body in bodies:
        client.call(body, path=f"/cds-services/{by_hook[body['hook']]}")
    kept = inputs(client)
    assert len(kept) == len(bodies)
    settings = site(data=tmp_path, record_key=KEY, today=None)
    found = [replay(client.store._database, row["request"], settings)[1] for row in kept]
    assert [one for one in found if not one.same or one.rules_added or one.rules_removed] == []
    assert sum(len(one.cards) for one in found) > 10


def test_what_differs(client: CheckedClient, command: Callable[..., Any], request_of: Callable[[str], dict[str, Any]]):
    """Another profile today: the leading regimen of then and of today, rules that came and went, and the lines that changed."""
    request = client.call(request_of("first-line")).headers["X-Request-ID"]
    assert len(rows(client)) == 1
    found = command(request, PROFILE="current")
    assert found["same"] is False
    assert found["profile"] == ["guideline/US", "current/US"]
    assert found["regimen"] == ["thp", "tdxd-pertuzumab"]
    assert found["day"] == TODAY.isoformat()
    (card,) = [card for card in found["cards"] if card["topic"] == "FirstLineTreatment"]
    assert card["state"] == "changed"
    assert "- regimen: thp" in card["lines"]
    assert "+ regimen: tdxd-pertuzumab" in card["lines"]


def test_as_text(
    client: CheckedClient, tmp_path: Path, request_of: Callable[[str], dict[str, Any]], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    """The same for a reader; a line is never wider than the terminal."""
    request = client.call(request_of("first-line")).headers["X-Request-ID"]
    rows(client)
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA": str(tmp_path), "RECORD_KEY": f"{OLD_KEY},{KEY}", "PROFILE": "current"}.items():
        monkeypatch.setenv(f"HER2CDS_{name}", value)
    monkeypatch.setenv("COLUMNS", "90")
    assert main(["replay", request]) == 0
    printed = capsys.readouterr().out
    assert "leads       thp -> tdxd-pertuzumab" in printed
    assert "The answer differs:" in printed
    assert max(map(len, printed.splitlines())) <= 90


def test_advice_that_was_set_aside_stays_aside(client: CheckedClient, command: Callable[..., Any], second_line: dict[str, Any]):
    """What the user had dealt with by then is no new card today; feedback that came later changes nothing."""
    cards = client.call(second_line).get_json()["cards"]
    first = rows(client)[0]["request"]
    reason = {"reason": {"system": OVERRIDE_REASONS.system, "code": "other"}}
    assert client.give_feedback({"feedback": [entry(card["uuid"], overrideReason=reason) for card in cards]}).status_code == 200
    response = client.call(second_line)
    assert response.get_json()["cards"] == []
    second = response.headers["X-Request-ID"]
    rows(client)
    assert command(second)["same"] is True
    assert command(second)["cards"] == []
    assert len(command(first)["cards"]) == len(cards)
    assert command(first)["same"] is True


def test_what_was_fetched_is_kept(client_of: Clients, tmp_path: Path, command: Callable[..., Any]):
    """A call that was answered from the FHIR server is evaluated again without asking it."""
    with serving(Chart(chart_of("second-line"))) as server:
        client = client_of(data=tmp_path, record_key=KEY, fhir_hosts=server.origin, deadline_ms=30_000)
        body = request_body("second-line", TODAY) | {"fhirServer": server.base}
        body.pop("prefetch")
        response = client.call(body)
        assert response.get_json()["cards"]
        asked = len(server.requests)
        rows(client)
        found = command(response.headers["X-Request-ID"], FHIR_HOSTS=server.origin)
        assert found["same"] is True
        assert found["cards"]
        assert len(server.requests) == asked > 0


def test_why_it_cannot_be(
    client: CheckedClient, tmp_path: Path, second_line: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """No store yet, no such call, no input of it, or no key for it: one line each, status 1."""
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path / "new"))
    assert main(["replay", "0" * 16]) == 1
    assert "no request is on record yet" in capsys.readouterr().err
    request = client.call(second_line).headers["X-Request-ID"]
    rows(client)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))
    for keys, wanted, says in (
        (KEY, "0" * 16, "no request of this id"),
        (OLD_KEY, request, "HER2CDS_RECORD_KEY"),
        ("", request, "does not hold"),
    ):
        monkeypatch.setenv("HER2CDS_RECORD_KEY", keys)
        assert main(["replay", wanted]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert says in line
    assert main(["purge", "--all-inputs"]) == 0
    capsys.readouterr()
    assert main(["replay", request]) == 1
    assert "no input is kept of this request" in capsys.readouterr().err


def card(topic: str, summary: str, **members: Any) -> dict[str, Any]:
    return {
        "uuid": "x", "summary": summary, "indicator": "info", "detail": f"About {summary}\n\nMore", "source": {"topic": {"code": topic}},
        "extension": {"dev.her2cds.advice": {"rules": ["R001"]}}, **members,
    }  # fmt: skip


def test_cards_of_two_answers():
    """Cards are matched by topic, several of one topic in order; uuids and order among topics make no difference."""
    then = Answer("1", "p", [card("A", "a"), card("B", "b"), card("B", "c"), card("D", "d")])
    today = Answer("2", "p", [card("E", "e"), card("B", "b", uuid="y"), card("A", "a", indicator="critical")])
    found = difference(then, today)
    assert [(one.state, one.topic) for one in found.cards] == [
        ("added", "E"), ("same", "B"), ("changed", "A"), ("removed", "B"), ("removed", "D"),
    ]  # fmt: skip
    assert found.cards[2].lines == ("- indicator: info", "+ indicator: critical")
    assert not found.same
    assert difference(then, then).same
    assert not difference(Answer("1", "p", error="prefetch-missing"), Answer("1", "p")).same
