"""The routes of the page: who may ask, what is kept, what is written, and what is never said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from service.chart import pages
from service.chart.changes import NOTHING
from service.samples import request_body
from service.smart import patient_record
from service.smart.errors import RecordUnavailable, SessionEnded, SmartError
from service.smart.sessions import CSRF_HEADER, session_answers
from service.smart.write_back import WriteResult
from tests.service.chart.records import MAY_WRITE, OpenChart, text_of
from tests.service.checked_client import TODAY

HEART = {"answer.heart-failure-symptoms": "true"}
ILD = {"answer.ild-history": ["other-resolved", "radiation-pneumonitis-resolved"]}

OpenOne = Callable[..., OpenChart]
POSTS = ["/smart/answers", "/smart/answers/save", "/smart/what-if", "/smart/refresh"]


@pytest.fixture
def second_line(open_chart: OpenOne) -> OpenChart:
    return open_chart("second-line")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was sent to the EHR, which takes it."""
    sent: list[dict[str, Any]] = []

    def take(_session: object, resource: dict[str, Any]) -> WriteResult:
        sent.append(resource)
        return WriteResult(True, reference="QuestionnaireResponse/77", status=201)

    monkeypatch.setattr(pages, "write_back", take)
    # The record server shows what was filed only later: the record read anew is the old one.
    monkeypatch.setattr(patient_record, "_read", patient_record._kept)
    return sent


def test_the_page(second_line: OpenChart):
    """The page answers with the advice, is kept by nobody, and runs no script but our own."""
    answer = second_line.get()
    assert answer.status_code == 200
    assert "trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks 367 mg" in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text


def test_the_page_names_no_patient(second_line: OpenChart):
    """Neither the patient's id nor the token stands on the page or in its addresses."""
    page = second_line.get().text
    assert second_line.patient_id not in page
    assert second_line.session.access_token not in page
    assert second_line.session.secret not in page


def test_the_session_can_be_ended(second_line: OpenChart):
    """The page holds a form that ends its session, without script too; then the chart is open no more."""
    (form,) = re.findall(r"<form [^>]*><input [^>]*><button type=\"submit\">End session", second_line.get().text)
    (address,), (token,) = re.findall(r'action="([^"]+)"', form), re.findall(r'name="csrf" value="([^"]+)"', form)
    assert second_line.client.post(address, data={"csrf": token}, base_url="http://127.0.0.1").status_code == 200
    assert second_line.get().status_code == 401


def test_a_page_for_scripts(second_line: OpenChart):
    """Who accepts JSON gets the page as a structure."""
    assert second_line.view()["treatment"]["lead"]["id"] == "tdxd"


def test_no_session_no_page(second_line: OpenChart):
    """Without the session's cookie there is a page that says so, and nothing of the patient."""
    second_line.client.delete_cookie(f"her2cds-smart-{second_line.session.id}", domain="127.0.0.1")
    answer = second_line.get()
    assert answer.status_code == 401
    assert "The session has ended" in text_of(answer)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers", [{CSRF_HEADER: "0" * 80}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str
)
def test_only_the_page_itself_may_ask(second_line: OpenChart, path: str, headers: dict[str, str]):
    """What another page sends changes nothing, whatever it knows."""
    assert second_line.post(path, HEART, **headers).status_code in {401, 403}
    assert second_line.view()["answered_here"] == 0


@pytest.mark.parametrize("path", POSTS)
def test_a_form_may_carry_the_token(second_line: OpenChart, path: str):
    """A page without script has the token in its form; without any it is refused."""
    url = {"query_string": {"s": second_line.session.id}, "base_url": "http://127.0.0.1"}
    assert second_line.client.post(path, data={}, **url).status_code == 403
    if path != "/smart/refresh":
        assert second_line.client.post(path, data={"csrf": second_line.session.csrf_token}, **url).status_code == 200


def test_an_answer_counts_and_says_what_it_changed(second_line: OpenChart):
    """The answer re-evaluates at once and stays for the session, in the same browser only."""
    view = second_line.post("/smart/answers", HEART, json=True).json
    assert view["treatment"]["lead"] is None
    assert view["changed"]["by"] == "answer"
    assert view["changed"]["words"][0] == "No regimen leads any more (before: T-DXd)."
    assert second_line.view()["treatment"]["lead"] is None
    assert second_line.view()["changed"] is None


def test_an_answer_can_be_taken_back(second_line: OpenChart):
    """Open again is as if it had never been answered."""
    second_line.post("/smart/answers", HEART)
    view = second_line.post("/smart/answers", {"answer.heart-failure-symptoms": ""}, json=True).json
    assert view["treatment"]["lead"]["id"] == "tdxd"
    assert view["changed"]["words"][0] == "T-DXd leads now; before, no regimen did."
    assert view["answered_here"] == 0


def test_what_the_record_says_is_not_answered_anew(second_line: OpenChart):
    """Sending the pre-filled form as it is answers nothing: each answer of the record keeps its own date."""
    filled = {f"answer.{q['id']}": [c["code"] for c in q["choices"] if c["chosen"]] for q in second_line.view()["questions"]}
    view = second_line.post("/smart/answers", filled, json=True).json
    assert view["answered_here"] == 0
    assert view["changed"]["words"] == ["Nothing changes: the advice stays as it is."]


@pytest.mark.parametrize(
    "form",
    [
        {"answer.shoe-size": "44"},
        {"answer.cns-disease": "perhaps"},
        {"answer.cns-disease": ["none", "active"]},
        {"answer.ild-history": ["none", "other-active"]},
        {"answer.heart-failure-symptoms": "yes"},
    ],
    ids=str,
)
def test_an_answer_that_cannot_be_is_refused(second_line: OpenChart, form: dict[str, Any]):
    """What is no answer of the questionnaire changes nothing, and says so."""
    assert second_line.post("/smart/answers", form).status_code == 400
    assert second_line.view()["answered_here"] == 0


@pytest.mark.parametrize("form", [{"suppose.weather": "bad"}, {"suppose.pregnancy": "perhaps"}, {"suppose.tdxd-available": "58"}], ids=str)
def test_what_cannot_be_supposed_is_refused(second_line: OpenChart, form: dict[str, str]):
    """Only the facts of the page can be switched, each to one of its values."""
    assert second_line.post("/smart/what-if", form).status_code == 400


@pytest.mark.parametrize("value", ["high", "nan", "inf", "120", "95.1", "4.9", "0.55", "-58"])
def test_an_lvef_that_no_patient_has_is_refused_in_words(second_line: OpenChart, value: str):
    """Without script too the page says which values are taken."""
    refused = second_line.post("/smart/what-if", {"suppose.lvef": value})
    assert refused.status_code == 400
    assert "The LVEF to suppose is a number from 5 to 95 %." in text_of(refused)


@pytest.mark.parametrize("value", ["5", "95"])
def test_what_if_takes_each_lvef_that_is_read_from_a_record(second_line: OpenChart, value: str):
    """The bounds are those of a result in the chart, both included, and the page names them."""
    view = second_line.post("/smart/what-if", {"suppose.lvef": value}, json=True).json
    assert view["hypothetical"]["words"] == [f"LVEF today: {value} %"]
    assert "% (5 to 95)" in text_of(second_line.get())


def test_a_supposition_is_never_kept(second_line: OpenChart):
    """What if leaves no trace: neither in the session nor on the next page."""
    view = second_line.post("/smart/what-if", {"suppose.tdxd-available": "false", "suppose.lvef": "58"}, json=True).json
    assert view["hypothetical"]["words"] == ["T-DXd can be obtained: no", "LVEF today: 58 %"]
    assert view["treatment"]["lead"]["id"] == "tdm1"
    assert "T-DM1 leads now, instead of T-DXd." in view["changed"]["words"]
    after = second_line.view()
    assert (after["hypothetical"], after["answered_here"], after["treatment"]["lead"]["id"]) == (None, 0, "tdxd")


def test_a_supposition_is_marked_everywhere(second_line: OpenChart):
    """Banner, headings, title and body say that the page is hypothetical."""
    page = second_line.post("/smart/what-if", {"suppose.tdxd-available": "false"}).text
    assert '<body class="hypothetical">' in page
    assert "<title>Hypothetical: HER2 advice</title>" in page
    for words in ("Hypothetical, not this record.", "Hypothetical advice", "Hypothetical options", "Why, hypothetically"):
        assert words in page
    assert "ypothetical:" not in second_line.get().text


def test_a_supposition_stands_on_the_answers(second_line: OpenChart):
    """What was answered in the session holds in what is supposed."""
    second_line.post("/smart/answers", HEART)
    view = second_line.post("/smart/what-if", {"suppose.tdxd-available": "false"}, json=True).json
    assert view["treatment"]["lead"] is None


def test_without_the_scope_nothing_is_saved(second_line: OpenChart):
    """Where the token does not allow it, saving is not offered; asked for all the same, the page says why not."""
    page = text_of(second_line.post("/smart/answers", HEART))
    assert "does not let the app write" in page
    assert "Save 1 answer" not in page
    assert "Not saved. The EHR does not allow this app to file answers." in text_of(second_line.post("/smart/answers/save", HEART))


def test_saving_files_a_questionnaire_response(open_chart: OpenOne, written: list[dict[str, Any]]):
    """What goes to the EHR is a complete R4 QuestionnaireResponse with the new answers alone, about this patient, by this user."""
    chart = open_chart("second-line", scopes=MAY_WRITE, user="https://ehr.example/fhir/Practitioner/p9")
    assert "Save 1 answer to the chart" in text_of(chart.post("/smart/answers", HEART))
    page = chart.post("/smart/answers/save", {**HEART, **ILD})
    assert "Saved to the chart." in text_of(page)
    assert "Save 1 answer" not in text_of(page)
    (resource,) = written
    QuestionnaireResponse.model_validate(resource)
    assert resource["subject"] == {"reference": f"Patient/{chart.patient_id}"}
    assert resource["author"] == {"reference": "Practitioner/p9"}
    assert resource["questionnaire"] == "urn:her2-cds:questionnaire:her2-intake"
    # To the millisecond: an answer that is corrected within the second has to be the later one.
    assert re.fullmatch(r"2026-11-20T\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", resource["authored"])
    system = "urn:her2-cds:intake"
    assert {item["linkId"]: item["answer"] for item in resource["item"]} == {
        "heart-failure-symptoms": [{"valueBoolean": True}],
        "ild-history": [{"valueCoding": {"system": system, "code": code}} for code in ILD["answer.ild-history"]],
    }


def test_ending_the_session_loses_no_answer_unsaid(open_chart: OpenOne, written: list[dict[str, Any]]):
    """Beside "End session" stands how many answers would go with it: none before any is given, and none once they are in the chart."""
    chart = open_chart("second-line", scopes=MAY_WRITE)
    assert "lost when" not in text_of(chart.get())
    assert "1 unsaved answer is lost when the session ends: End session" in text_of(chart.post("/smart/answers", HEART))
    assert "2 unsaved answers are lost when the session ends: End session" in text_of(chart.post("/smart/answers", {**HEART, **ILD}))
    assert "lost when" not in text_of(chart.post("/smart/answers/save", {**HEART, **ILD}))
    assert len(written) == 1


def test_saving_what_counted_already_is_no_news(open_chart: OpenOne, written: list[dict[str, Any]]):
    """The answers counted when they were given: the page says where they went, not that they changed nothing. New ones still say what."""
    chart = open_chart("second-line", scopes=MAY_WRITE)
    chart.post("/smart/answers", HEART)
    saved = text_of(chart.post("/smart/answers/save", HEART))
    assert "Saved to the chart. The advice stays as shown." in saved
    assert NOTHING not in saved
    assert "they can then be saved" not in saved
    other = text_of(chart.post("/smart/answers/save", {"answer.heart-failure-symptoms": "false"}))
    assert "T-DXd leads now" in other
    assert "stays as shown" not in other
    assert len(written) == 2


def test_what_is_filed_is_not_filed_twice(open_chart: OpenOne, written: list[dict[str, Any]]):
    """An EHR that shows a filed answer only later is not sent it again; the answer goes on counting."""
    chart = open_chart("second-line", scopes=MAY_WRITE)
    chart.post("/smart/answers/save", HEART)
    assert "Save" not in text_of(chart.get()).partition("What if")[0].rpartition("What is missing")[2]
    assert chart.view()["treatment"]["lead"] is None
    chart.post("/smart/answers/save", HEART)
    assert len(written) == 1
    chart.post("/smart/answers/save", {**HEART, "answer.disease-burden": "high"})
    assert len(written) == 2


def test_what_the_ehr_refuses_is_said(open_chart: OpenOne, monkeypatch: pytest.MonkeyPatch):
    """A refusal is said in words, the answers stay with the session, and saving is offered again."""
    monkeypatch.setattr(pages, "write_back", lambda *_: WriteResult(False, fault="refused", status=422))
    chart = open_chart("second-line", scopes=MAY_WRITE)
    page = text_of(chart.post("/smart/answers/save", HEART))
    assert "Not saved. The EHR did not accept the answers." in page
    assert "Save 1 answer to the chart" in page
    with chart.client.application.test_request_context("/smart/", base_url="http://127.0.0.1"):
        chart.client.application.preprocess_request()
        kept = session_answers(chart.session)
    assert kept is not None
    assert "id" not in kept


def test_reading_again(open_chart: OpenOne, monkeypatch: pytest.MonkeyPatch):
    """The record is read anew when the clinician asks for it, and the page is shown at its own address."""
    chart = open_chart("second-line")
    asked: list[object] = []
    monkeypatch.setattr(patient_record, "_read", lambda session: asked.append(session) or patient_record._kept(session))
    chart.get()
    assert asked == []
    answer = chart.post("/smart/refresh", {})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/smart/?s={chart.session.id}")
    assert len(asked) == 1
    # True of the record that was read just now as well.
    assert "What has come into the record since it was read is not shown." in text_of(chart.get())


@pytest.mark.parametrize("fault", [RecordUnavailable, SessionEnded])
def test_what_is_filed_is_said_though_the_record_cannot_be_read_after_it(
    open_chart: OpenOne, written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, fault: type[SmartError]
):
    """An EHR that takes the answers and fails the moment after has them: the page says saved, and they are not sent again."""
    chart = open_chart("second-line", scopes=MAY_WRITE)
    monkeypatch.setattr(patient_record, "_read", failing(fault))
    page = chart.post("/smart/answers/save", HEART)
    assert page.status_code == 200
    assert "Saved to the chart." in text_of(page)
    assert "No regimen leads any more" in text_of(page)
    chart.post("/smart/answers/save", HEART)
    assert len(written) == 1


def test_a_session_that_is_said_to_have_ended_is_over(open_chart: OpenOne, monkeypatch: pytest.MonkeyPatch):
    """Once the EHR no longer knows the token, the chart does not open again; where its record server is merely down, it does."""
    chart = open_chart("second-line")
    monkeypatch.setattr(patient_record, "_read", failing(RecordUnavailable))
    assert chart.post("/smart/refresh", {}).status_code == 502
    assert chart.get().status_code == 200
    monkeypatch.setattr(patient_record, "_read", failing(SessionEnded))
    ended = chart.post("/smart/refresh", {})
    assert "The session has ended" in text_of(ended)
    assert f"her2cds-smart-{chart.session.id}=;" in ended.headers["Set-Cookie"]
    chart.client.set_cookie(f"her2cds-smart-{chart.session.id}", chart.session.secret, domain="127.0.0.1")
    assert chart.get().status_code == 401


def failing(fault: type[SmartError]) -> Callable[[object], None]:
    """A record server that fails."""

    def fail(_: object) -> None:
        raise fault("token")

    return fail


def test_the_patient_is_named_where_the_ehr_does_not(open_chart: OpenOne):
    """The date of birth stands on the page; where the EHR shows the patient itself, on paper only."""
    assert '<span class="when">born 1967-07-23<' in open_chart("second-line", need_patient_banner=True).get().text
    assert '<span class="when on-paper">born 1967-07-23<' in open_chart("second-line", need_patient_banner=False).get().text


def test_words_of_the_record_cannot_become_markup(open_chart: OpenOne):
    """An id that looks like a script is text, on the page and in what is drawn."""
    from service.samples import request_body  # noqa: PLC0415
    from tests.service.checked_client import TODAY  # noqa: PLC0415

    raw = orjson.dumps(request_body("lvef-hold", TODAY)).replace(b'"lvef-4"', b'"</script><script>alert(1)</script>"')
    page = open_chart(raw).get().text
    assert "<script>alert" not in page
    assert "\\u003cscript>alert(1)" in page


def test_a_supposed_fact_does_not_stand_as_recorded(second_line: OpenChart):
    """The facts of a hypothetical card are not said to come from the record alone."""
    supposed = text_of(second_line.post("/smart/what-if", {"suppose.lvef": "45"}))
    assert "From the record and the supposition: LVEF: 45 %" in supposed
    assert "the supposition" not in text_of(second_line.get())


def test_a_record_that_was_not_read_in_full_has_no_empty_course(open_chart: OpenOne):
    """Beside "no therapy on record" stands that therapies may be there; where everything came, nothing of the kind is said."""
    body = request_body("second-line", TODAY)
    assert "Not every record was read" not in text_of(open_chart(body).get())
    fault = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    body["prefetch"] |= dict.fromkeys(("medicationRequests", "medicationStatements", "medicationAdministrations"), fault)
    page = text_of(open_chart(body).get())
    assert "what does not stand here may be in the chart" in page


def test_silence_says_why(open_chart: OpenOne):
    """Nothing to say comes with what closed the question of treatment, not with a rule's name alone."""
    assert "advice for it today: trastuzumab emtansine goes on without documented progression" in text_of(
        open_chart("silent-on-treatment").get()
    )
