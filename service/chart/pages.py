"""The routes of the page: shown, asked with answers, saved to the chart, and supposed.

Every answer is the whole page, or with `Accept: application/json` the same as a structure. Nothing of the patient stands in an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup

from cards.topics import TOPICS
from fhir_mappings.case_builder import build_case
from guideline.case import Case
from service.chart.answers import Answers, answers_in, new_answers, questionnaire_response, read_answers, with_answers
from service.chart.evidence import place
from service.chart.measurements import table_by_day
from service.chart.view import ChartView, as_json, chart_view
from service.responses import wants_json
from service.site import site_settings
from service.smart.errors import RecordUnavailable, SessionEnded
from service.smart.pages import as_app_page
from service.smart.patient_record import record_of
from service.smart.sessions import (
    SESSION_PARAMETER,
    SmartSession,
    check_csrf,
    current_session,
    keep_session_answers,
    session_answers,
)
from service.smart.write_back import WriteResult, may_write, write_back

blueprint = Blueprint("chart", __name__, url_prefix="/smart")

_ANSWER, _SUPPOSED = "answer.", "suppose."

#: The user as a QuestionnaireResponse may name its author, whatever base address the EHR puts before it.
_AUTHOR: Final = re.compile(r"(?:^|/)((?:Practitioner|PractitionerRole)/[A-Za-z0-9.-]{1,64})$")

#: The space between a number and its unit: a line that ends there leaves the two apart.
_BEFORE_UNIT: Final = re.compile(r"(?<=\d) (?=%|(?:mg|kg)\b)")
#: A tag, or the short name of a conjugate, whose hyphen is no place for a line to end.
_TAG_OR_NAME: Final = re.compile(r"<[^>]*>|\bT-D(?:Xd|M1)\b")


@blueprint.app_template_filter("unbroken")
def unbroken(markup: str) -> Markup:
    """Markup in which no line ends between a number and its unit, nor within "T-DXd" or "T-DM1"."""
    named = _TAG_OR_NAME.sub(lambda found: found[0] if found[0][0] == "<" else f'<span class="name">{found[0]}</span>', markup)
    return Markup(_BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", named))  # noqa: S704 - what comes in is the text of a template, escaped already


@dataclass(frozen=True, slots=True)
class _Chart:
    """A session's record as a case, and the answers given in the session. `filed`: the answers are in the EHR already."""

    session: SmartSession
    case: Case
    answers: Answers
    filed: bool


@blueprint.get("/")
def page() -> Response:
    """The page as the record has it."""
    chart = _chart()
    return _answer(chart, _view(chart))


@blueprint.post("/refresh")
def refresh() -> Response:
    """The record read anew, then the page."""
    check_csrf(request)
    session = current_session()
    record_of(session, refresh=True)
    response = Response(status=303)
    response.headers["Location"] = f"{url_for('chart.page')}?{SESSION_PARAMETER}={session.id}"
    return as_app_page(response)


@blueprint.post("/answers")
def take_answers() -> Response:
    """The page with the answers of the form, kept for the session, and what they changed."""
    check_csrf(request)
    chart = _chart()
    answered = _answered(chart)
    return _answer(answered, _view(answered, before=chart))


@blueprint.post("/answers/save")
def save_answers() -> Response:
    """The page after the answers of the form were filed in the EHR, or with the reason why they were not."""
    check_csrf(request)
    chart = _chart()
    answered = _answered(chart)
    given = new_answers(answered.case, answered.answers)
    if not given or answered.filed:
        return _answer(answered, _view(answered))
    resource = _as_resource(answered.session, given)
    written = write_back(answered.session, resource)
    if written.written:
        answered = _filed(answered, resource, written)
    return _answer(answered, _view(answered, before=chart), written=written)


@blueprint.post("/what-if")
def what_if() -> Response:
    """The page as it would be with some facts switched. Nothing of it is kept."""
    check_csrf(request)
    chart = _chart()
    supposed = {name.removeprefix(_SUPPOSED): value for name, value in request.form.items() if name.startswith(_SUPPOSED)}
    return _answer(chart, _view(chart, supposed=supposed))


def _chart(*, refresh: bool = False) -> _Chart:
    session = current_session()
    reading = record_of(session, refresh=refresh)
    case = build_case(reading, patient_id=session.patient_id, today=site_settings().current_day())
    kept = session_answers(session)
    return _Chart(session, case, new_answers(case, answers_in(kept)), filed=kept is not None and "id" in kept)


def _answered(chart: _Chart) -> _Chart:
    """The chart with the answers of the form, which are kept with the session. Raises `BadAnswer`."""
    items = [name for name in request.form if name.startswith(_ANSWER)]
    given = new_answers(chart.case, read_answers({name.removeprefix(_ANSWER): request.form.getlist(name) for name in items}))
    if given == chart.answers:
        return chart
    keep_session_answers(chart.session, _as_resource(chart.session, given))
    return _Chart(chart.session, chart.case, given, filed=False)


def _as_resource(session: SmartSession, given: Answers) -> dict[str, Any]:
    author = _AUTHOR.search(session.user or "")
    now = site_settings().now()
    authored = datetime.combine(site_settings().today or now.date(), now.timetz())
    return questionnaire_response(given, patient_id=session.patient_id, authored=authored, author=author[1] if author else None)


def _filed(chart: _Chart, resource: Mapping[str, Any], written: WriteResult) -> _Chart:
    """The chart read anew after filing. An EHR may show what was filed only later, so the answers go on counting with the session."""
    id_ = (written.reference or "filed").rpartition("/")[2]
    keep_session_answers(chart.session, {**resource, "id": id_})
    try:
        return _chart(refresh=True)
    except (RecordUnavailable, SessionEnded):
        # Filed all the same, and it has to be said so: the page rests on the record as it was read before.
        return _chart()


def _view(chart: _Chart, *, before: _Chart | None = None, supposed: Mapping[str, str] | None = None) -> ChartView:
    counted = with_answers(before.case, before.answers) if before is not None else None
    return chart_view(chart.case, site_settings().practice, answers=chart.answers, before=counted, supposed=supposed)


def _answer(chart: _Chart, view: ChartView, *, written: WriteResult | None = None) -> Response:
    if wants_json():
        return as_app_page(Response(as_json(view), mimetype="application/json"))
    session = chart.session
    links = {name: f"{url_for(endpoint)}?{SESSION_PARAMETER}={session.id}" for name, endpoint in _LINKS.items()}
    patient = chart.case.patient
    shown = render_template(
        "chart/page.html",
        view=view,
        links=links,
        csrf=session.csrf_token,
        may_write=may_write(session),
        unsaved=0 if chart.filed else view.answered_here,
        written=written,
        born=str(patient.birth) if patient.birth is not None else None,
        shows_patient=session.need_patient_banner,
        table_by_day=table_by_day,
        place=place,
        even=place(1.0),
        topics={code: topic.display for code, topic in TOPICS.items()},
        course_json=_for_script(view),
    )
    return as_app_page(Response(shown, mimetype="text/html"))


_LINKS: Final = {
    "page": "chart.page",
    "answers": "chart.take_answers",
    "save": "chart.save_answers",
    "what_if": "chart.what_if",
    "refresh": "chart.refresh",
    "end": "smart.logout",
}


def _for_script(view: ChartView) -> str:
    """What is drawn, as JSON that may stand inside a `script` element."""
    return msgspec.json.encode(view.course).decode().replace("<", "\\u003c").replace("&", "\\u0026")
