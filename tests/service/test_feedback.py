"""Feedback: every shape that clients send is understood, counted once, and free of anybody's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from cards.override_reasons import OVERRIDE_REASONS
from service.cds_hooks.feedback_messages import stand_in
from service.cli import main
from tests.service.checked_client import CheckedClient, issues, named_fields

WHEN = "2026-11-20T10:00:00Z"
OURS = OVERRIDE_REASONS.system
EPIC = "com.epic.cdshooks.feedback.overrideReason"


@pytest.fixture
def own(client_of: Callable[..., CheckedClient], tmp_path: Path) -> CheckedClient:
    """A client of a service with a store of its own."""
    return client_of(data=tmp_path)


def rows(folder: Path) -> list[dict[str, Any]]:
    """What the store holds."""
    with closing(sqlite3.connect(folder / "her2-cds.sqlite")) as database, database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute("SELECT * FROM feedback ORDER BY id")]
    database.close()
    return found


def entry(card: str, **members: Any) -> dict[str, Any]:
    return {"card": card, "outcome": "overridden", "outcomeTimestamp": WHEN} | members


def kept_as(cards: Iterable[str], salt: str | None) -> set[str]:
    """The names under which the store keeps feedback on cards that are not of this site; `salt` is the one in the store."""
    assert salt
    return {stand_in(card, salt.encode()) for card in cards}


def first_card(client: CheckedClient, body: Any) -> dict[str, Any]:
    card: dict[str, Any] = client.call(body).get_json()["cards"][0]
    return card


CODING = {"system": OURS, "code": "patient-preference", "display": "Patient prefers otherwise"}

#: What an override comes as -> system and code of the reason that is kept, and whether there was a comment.
OVERRIDES: dict[str, tuple[dict[str, Any], tuple[str, str, int]]] = {
    "specification": ({"overrideReason": {"reason": CODING}}, (OURS, "patient-preference", 0)),
    "specification, comment": ({"overrideReason": {"reason": CODING, "userComment": "as agreed"}}, (OURS, "patient-preference", 1)),
    "comment only": ({"overrideReason": {"userComment": "as agreed"}}, ("", "", 1)),
    "no reason": ({}, ("", "", 0)),
    "null": ({"overrideReason": None}, ("", "", 0)),
    "Epic, our reason": ({"overrideReasons": {"reason": CODING, "userComment": "text"}}, (OURS, "patient-preference", 1)),
    "Epic, the site's reason": (
        {"overrideReasons": {"extension": {f"{EPIC}.reasonCategory": "45", f"{EPIC}.reasonDisplay": "Not met"}, "userComment": "text"}},
        (f"{EPIC}.reasonCategory", "45", 1),
    ),
    "Epic, the site's reason in words": ({"overrideReasons": {"extension": {f"{EPIC}.reasonTitle": "Does not apply"}}}, ("", "", 1)),
    "Epic, a list": ({"overrideReasons": [{"reason": CODING}]}, (OURS, "patient-preference", 0)),
    "old Sandbox": ({"overrideReason": {"code": "patient-preference", "system": OURS}}, (OURS, "patient-preference", 0)),
    "old Sandbox, code only": ({"overrideReason": {"code": "patient-preference"}}, ("", "patient-preference", 0)),
    "a CodeableConcept": ({"overrideReason": {"reason": {"coding": [CODING]}}}, (OURS, "patient-preference", 0)),
    "old Sandbox, a word": ({"overrideReason": {"code": "Sample", "system": "reasons"}}, ("", "", 1)),
    "old Sandbox, a word only": ({"overrideReason": {"code": "Sample"}}, ("", "", 1)),
    "another system": (
        {"overrideReason": {"code": "R7", "system": "https://ehr.example.org/reasons"}},
        ("https://ehr.example.org/reasons", "R7", 0),
    ),
    "Epic, a word for its number": ({"overrideReasons": {"extension": {f"{EPIC}.reasonCategory": "Sample"}}}, ("", "", 1)),
    "a string": ({"overrideReason": "she said no"}, ("", "", 1)),
    "a reason in prose": ({"overrideReason": {"reason": {"code": "Mrs Sample said no"}}}, ("", "", 1)),
    "an endless code": ({"overrideReason": {"reason": {"code": "x" * 65}}}, ("", "", 1)),
    "a code with NUL": ({"overrideReason": {"reason": {"system": "urn:x", "code": "a\0b"}}}, ("", "", 1)),
    "a system with NUL": ({"overrideReason": {"reason": {"system": "urn:\0", "code": "other"}}}, ("", "other", 0)),
    "odd": ({"overrideReason": {"reason": [17], "extension": [1]}}, ("", "", 0)),
}


@pytest.mark.parametrize(("members", "kept"), OVERRIDES.values(), ids=OVERRIDES)
def test_every_shape_of_an_override_is_understood(own: CheckedClient, tmp_path: Path, members: dict[str, Any], kept: tuple[str, str, int]):
    """Specification, Epic and the old Sandbox: the reason's system and code are kept, of a comment only that there was one."""
    response = own.give_feedback({"feedback": [entry(str(uuid4()), **members)]})
    assert response.status_code == 200, response.text
    (row,) = rows(tmp_path)
    assert (row["reason_system"], row["reason_code"], row["commented"]) == kept
    assert (row["outcome"], row["service"], row["outcome_at"][:19]) == ("overridden", "her2-patient-view", "2026-11-20 10:00:00")


def test_acceptance_keeps_the_suggestions(own: CheckedClient, tmp_path: Path, second_line: dict[str, Any]):
    """Which suggestions were taken is kept by their uuids, and the card's topic is read from its uuid."""
    card = first_card(own, second_line)
    chosen = [str(uuid4()), str(uuid4())]
    accepted = entry(card["uuid"], outcome="accepted", acceptedSuggestions=[{"id": one} for one in chosen])
    assert own.give_feedback({"feedback": [accepted]}).status_code == 200
    (row,) = rows(tmp_path)
    assert (row["topic"], row["outcome"]) == (card["source"]["topic"]["code"], "accepted")
    assert row["suggestions"].split() == sorted(chosen)


def test_repeats_count_once(own: CheckedClient, tmp_path: Path):
    """The same message again, in whatever spelling of the card and the moment, changes nothing."""
    card = str(uuid4())
    for same in (entry(card), entry(card), entry(card.upper()), entry(card, outcomeTimestamp="2026-11-20T11:00:00.250+01:00")):
        assert own.give_feedback({"feedback": [same, same]}).status_code == 200
    assert len(rows(tmp_path)) == 1
    own.give_feedback({"feedback": [entry(card, outcomeTimestamp="2026-11-20T10:00:01Z"), entry(card, outcome="accepted")]})
    assert len(rows(tmp_path)) == 3


@pytest.mark.parametrize("moment", [None, "", "yesterday", 17, "0001-01-01T00:00:00+14:00", ["2026"]])
def test_a_moment_that_cannot_be_read_is_today(own: CheckedClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: Any):
    """Feedback without a usable moment is kept, and its repeats of the same day count once, whatever the hour."""
    card = str(uuid4())
    for hour in (0, 23):
        monkeypatch.setattr("service.cds_hooks.feedback_messages.utc_now", lambda hour=hour: datetime(2026, 11, 20, hour, 59))  # noqa: DTZ001
        assert own.give_feedback({"feedback": [entry(card, outcomeTimestamp=moment)]}).status_code == 200
    assert len(rows(tmp_path)) == 1


def test_cards_that_are_not_ours_are_counted(own: CheckedClient, tmp_path: Path):
    """Unknown cards are accepted; whatever their client calls them is not kept as it is."""
    sent = ["123456", "Mrs Sample, born 1970", str(uuid4())]
    assert own.give_feedback({"feedback": [entry(card) for card in sent]}).status_code == 200
    found = rows(tmp_path)
    assert len({row["card"] for row in found} - set(sent)) == 3
    assert all(row["topic"] == "" and len(row["card"]) == 36 for row in found)


def test_nobodys_words_are_kept(own: CheckedClient, tmp_path: Path):
    """No free text of a message reaches the file of the store: a comment may name the patient."""
    word = "QXZSECRET"
    reason = {"system": OURS, "code": "other", "display": word}
    sent = entry(word, overrideReason={"reason": reason, "userComment": word}, acceptedSuggestions=[{"id": word}], note=word)
    prose = entry(str(uuid4()), overrideReason={"reason": {"code": f"because {word}", "system": f"{word} {word}", "display": word}})
    assert own.give_feedback({"feedback": [sent, prose]}).status_code == 200
    assert len(rows(tmp_path)) == 2
    assert not any(word.encode() in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.usefixtures("_logging")
def test_nobodys_words_are_logged(own: CheckedClient, capsys: pytest.CaptureFixture[str]):
    """Nothing of a message reaches the log, whether it is kept, refused or cannot be written."""
    word = "QXZSECRET"
    sent = entry(
        word, outcome="accepted", overrideReason={"reason": {"code": word}, "userComment": word}, acceptedSuggestions=[{"id": word}]
    )
    assert own.give_feedback({"feedback": [sent]}).status_code == 200
    assert own.give_feedback({"feedback": [{"card": word, "outcome": word}]}).status_code == 400
    with own.store._database.writing() as connection:
        connection.execute(text("DROP TABLE feedback"))
    assert own.give_feedback({"feedback": [sent]}).status_code == 503
    logged = capsys.readouterr().err
    assert '"state":"unavailable"' in logged
    assert word not in logged


NO_FEEDBACK: dict[str, tuple[Any, set[str]]] = {
    "not JSON": (b"hello", set()),
    "empty": (b"", set()),
    "an array": ([], set()),
    "null": (None, set()),
    "another object": ({"cards": []}, {"feedback"}),
    "feedback as an object": ({"feedback": {}}, {"feedback"}),
    "feedback as null": ({"feedback": None}, {"feedback"}),
    "no object inside": ({"feedback": [17]}, {"feedback[0]"}),
    "no card": ({"feedback": [{"outcome": "accepted"}]}, {"feedback[0].card"}),
    "no outcome": ({"feedback": [{"card": "x"}]}, {"feedback[0].outcome"}),
    "unknown outcome": ({"feedback": [{"card": "x", "outcome": "ignored"}]}, {"feedback[0].outcome"}),
    "outcome of another type": ({"feedback": [{"card": "x", "outcome": ["accepted"]}]}, {"feedback[0].outcome"}),
    "nothing right": ({"feedback": [{"card": 1}, {}]}, {f"feedback[{n}].{member}" for n in (0, 1) for member in ("card", "outcome")}),
}


@pytest.mark.parametrize(("body", "fields"), NO_FEEDBACK.values(), ids=NO_FEEDBACK)
def test_what_is_no_feedback_is_400(client: CheckedClient, body: Any, fields: set[str]):
    """A body that is no feedback is refused, and every member that is missing or wrong is named."""
    response = client.give_feedback(body)
    assert response.status_code == 400
    assert named_fields(response) == fields


def test_a_batch_keeps_what_can_be_understood(own: CheckedClient, tmp_path: Path):
    """One entry that makes no sense costs itself; the answer names it."""
    response = own.give_feedback({"feedback": [entry(str(uuid4())), {"card": "x"}, entry(str(uuid4()))]})
    assert response.status_code == 200
    assert [issue["expression"] for issue in issues(response)] == [["feedback[1].outcome"]]
    assert len(rows(tmp_path)) == 2


def test_an_empty_batch_is_fine(client: CheckedClient):
    """A client that has nothing to tell is no bad client."""
    assert client.give_feedback({"feedback": []}).status_code == 200


@pytest.mark.parametrize("hook", ["patient-view", "order-select", "order-sign"])
def test_every_service_takes_feedback(client: CheckedClient, hook: str):
    """Each service has its feedback address; an unknown one is 404; a GET is 405."""
    path = f"/cds-services/her2-{hook}"
    assert client.give_feedback({"feedback": [entry(str(uuid4()))]}, path=path).status_code == 200
    assert client.give_feedback({"feedback": []}, path="/cds-services/her2-unknown").status_code == 404
    assert client.get(f"{path}/feedback").status_code == 405


def test_the_report_says_what_became_of_the_cards(
    own: CheckedClient, tmp_path: Path, second_line: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """`her2-cds feedback report` tells per topic how often cards were shown, accepted, overridden, and why; also as JSON."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path))
    card = first_card(own, second_line)
    own.call(second_line)
    colleague = second_line | {"context": second_line["context"] | {"userId": "Practitioner/2"}}
    theirs = first_card(own, colleague)
    own.give_feedback(
        {
            "feedback": [
                entry(card["uuid"], overrideReason={"reason": CODING}),
                entry(theirs["uuid"], outcome="accepted"),
                entry("123456", overrideReason={"reason": {"system": "urn:x", "code": "y"}}),
                entry("1234567", overrideReason={"userComment": "text"}),
                entry("12345678"),
            ]
        }
    )
    own.store.write_waiting()
    assert main(["feedback", "report", "--json"]) == 0
    reports = {report["topic"]: report for report in orjson.loads(capsys.readouterr().out)}
    topic = card["source"]["topic"]["code"]
    assert reports[topic] == {"topic": topic, "shown": 3, "accepted": 1, "overridden": 1, "reasons": {"patient-preference": 1}}
    assert reports["(other cards)"] == {
        "topic": "(other cards)",
        "shown": 0,
        "accepted": 0,
        "overridden": 3,
        "reasons": {"in words only": 1, "no reason given": 1, "urn:x|y": 1},
    }
    assert main(["feedback", "report"]) == 0
    table = capsys.readouterr().out
    assert topic in table
    assert "patient-preference" in table


@pytest.mark.parametrize("code", ["\x9b31m", "a\x85b", "\x00", "two words"])
def test_a_code_that_a_terminal_obeys_is_none(own: CheckedClient, tmp_path: Path, code: str):
    """Whoever prints a report sees no control character of a client; what is no code counts as words, and is not kept."""
    sent = entry(str(uuid4()), overrideReason={"reason": {"system": OURS, "code": code}})
    assert own.give_feedback({"feedback": [sent]}).status_code == 200
    (row,) = rows(tmp_path)
    assert (row["reason_code"], row["commented"]) == ("", 1)


def test_a_message_is_bounded(own: CheckedClient, tmp_path: Path):
    """No message makes the answer many times as long as itself, or fills the store: beyond a thousand entries nothing of it is taken."""
    assert own.give_feedback({"feedback": [entry(str(uuid4())) for _ in range(1000)]}).status_code == 200
    for entries in ([1] * 1001, [entry(str(uuid4())) for _ in range(1001)]):
        refused = own.give_feedback({"feedback": entries})
        assert (refused.status_code, named_fields(refused), len(issues(refused))) == (400, {"feedback"}, 1)
    assert len(rows(tmp_path)) == 1000


def test_a_report_without_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Before the first start there is nothing to report, and asking makes no store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HER2CDS_DATA", str(tmp_path / "nowhere"))
    assert main(["feedback", "report"]) == 0
    assert "Nothing" in capsys.readouterr().out
    assert not (tmp_path / "nowhere").exists()


def test_the_reasons_are_a_code_system(client: CheckedClient):
    """Every reason on a card can be looked up in our CodeSystem."""
    response = client.get("/fhir/CodeSystem/override-reasons")
    assert (response.status_code, response.mimetype) == (200, "application/fhir+json")
    resource = response.get_json()
    assert (resource["resourceType"], resource["url"]) == ("CodeSystem", OURS)
    assert {concept["code"] for concept in resource["concept"]} == set(OVERRIDE_REASONS.reasons)
