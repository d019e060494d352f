"""The page says everything that the cards say, over every vignette and every sample; and no number but those with a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import orjson
import pytest

from guideline.body import body
from guideline.case import Case
from guideline.knowledge_base import KNOWLEDGE
from guideline.partial_date import whole_months
from service.chart.view import as_json, chart_view
from service.settings import Settings
from tests.service.chart.records import text_of
from tests.vignettes.answers import plain
from tests.vignettes.every_request import Request, every_request
from tests.vignettes.printed_numbers import filled_in, limits, numbers, patients_numbers

#: Order hooks have no page: the app is about the chart.
REQUESTS = [request for request in every_request() if b'"hook":"patient-view"' in request.body]

#: Titles of parts of a card, and the words that a card puts before a list.
_TITLES = frozenset(
    {"Why", "From the record", "Before the first dose", "Caution", "Evidence", "Options", "Alternatives", "Avoid", "Label", "Missing"}
    | {"Dose", "Also"}
)


def _fragments(card: dict[str, Any]) -> Iterator[str]:
    """What a card says, in pieces that the page may put in other places."""
    for line in (card["summary"], *plain(card["detail"]).split("\n")):
        for piece in re.split(r"[;:()]|, | (?=HR )|\.(?:\s|$)| - (?=Dose|Label|Evidence)", re.sub(r"\(\+ \d+ more\)|^\s*-\s", "", line)):
            words = " ".join(piece.split()).strip(" ,.-")
            if words and words not in _TITLES:
                yield words


def _simple(text: str) -> str:
    """Letters and digits, lower case: neither marks nor spaces between them tell two texts apart."""
    return "".join(re.findall(r"[\w%+<>=/]", text.lower()))


@pytest.mark.parametrize("request_", REQUESTS, ids=[request.name for request in REQUESTS])
def test_the_page_says_what_the_cards_say(request_: Request, open_chart) -> None:
    """Each piece of each card stands on the page: an EHR that launches the app may hide the card."""
    evaluation = request_.evaluate()
    chart = open_chart(request_.body, settings={"profile": request_.profile, "jurisdiction": request_.jurisdiction})
    page = chart.get()
    assert page.status_code == 200
    text = _simple(text_of(page))
    for card in evaluation.cards:
        lost = [piece for piece in _fragments(card) if _simple(piece) not in text]
        assert lost == [], card["summary"]
        assert all(rule in text.upper() for rule in card["extension"]["dev.her2cds.advice"]["rules"])


def test_the_test_above_looks_at_something() -> None:
    """Hundreds of cards are compared, in thousands of pieces."""
    pieces = [piece for request in REQUESTS for card in request.evaluate().cards for piece in _fragments(card)]
    assert len(pieces) > 5000
    assert len(set(pieces)) > 400


@pytest.mark.parametrize("request_", REQUESTS, ids=[request.name for request in REQUESTS])
def test_every_number_of_the_page_has_a_source(request_: Request) -> None:
    """Each number of the advice, the options, the summary and the course stands in the knowledge files or is the patient's."""
    evaluation = request_.evaluate()
    view = _view(request_)
    known = patients_numbers(evaluation.case, evaluation.advice, {}) | limits() | _age(evaluation.case) | _amounts(evaluation.case)
    said = "\n".join(_texts({part: view[part] for part in ("treatment", "findings", "summary", "course")}))
    strange = {number for number in filled_in(said) - known if not _is_measured(number, view)}
    assert strange == set()


def test_the_figures_are_those_of_their_readout() -> None:
    """What is drawn of a readout stands in its one printable sentence, and only what may be printed is drawn."""
    drawn = {source["id"]: source for request in REQUESTS[::3] for source in _evidence(_view(request))}
    assert len(drawn) > 20
    for id_, source in drawn.items():
        line = KNOWLEDGE.evidence_line(id_)
        assert source["line"] == line
        for figure in source["figures"]:
            ratio = figure["ratio"] or {"words": "", "interval": ""}
            shown = f"{figure['endpoint']} {figure['words']} {ratio['words']} {ratio['interval']} {figure['remarks']}"
            assert numbers(shown) <= numbers(line), figure


def _view(request: Request) -> dict[str, Any]:
    practice = Settings(profile=request.profile, jurisdiction=request.jurisdiction, _env_file=None).practice  # type: ignore[call-arg,arg-type]
    view: dict[str, Any] = msgspec.to_builtins(chart_view(request.evaluate().case, practice))
    return view


def _evidence(view: dict[str, Any]) -> Iterator[dict[str, Any]]:
    treatment = view["treatment"] or {"lead": None, "alternatives": []}
    for regimen in (treatment["lead"], *treatment["alternatives"]):
        yield from regimen["evidence"] if regimen else ()


#: References, ids, and what is held against the knowledge files by themselves.
_NOT_SAID = frozenset({"rules", "rule", "source", "sources", "id", "topic", "evidence", "as_of"})


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name not in _NOT_SAID:
                yield from _texts(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _texts(value)
    elif isinstance(tree, str):
        yield tree


def _age(case: Case) -> set[str]:
    birth = case.patient.birth
    return {str(whole_months(birth.earliest, case.today) // 12)} if birth is not None else set()


def _amounts(case: Case) -> set[str]:
    """The regimens' doses for this patient, to the milligram."""
    measured = body(case)
    doses = [
        (part.unit, dose) for regimen in KNOWLEDGE.regimens.values() for part in regimen.components for dose in (part.dose, part.loading)
    ]
    kg, surface = round(measured.kg or 0, 1), round(measured.surface or 0, 2)
    by_unit = {"mg/kg": kg, "mg/m2": surface, "mg/m2/day": surface}
    return {f"{dose * size:.0f}" for unit, dose in doses if dose and (size := by_unit.get(unit))}


def _is_measured(number: str, view: dict[str, Any]) -> bool:
    """The body surface area and the clearance follow from weight, height, age and creatinine; a fall from two LVEF values."""
    derived = [view["treatment"]["dose_basis"]] if view["treatment"] else []
    derived += [panel["note"] for panel in view["course"]["measurements"]["others"]]
    return number in numbers(" ".join(derived))


@pytest.mark.parametrize("request_", REQUESTS[::15], ids=[request.name for request in REQUESTS[::15]])
def test_the_page_is_json(request_: Request) -> None:
    """The structure survives the way through JSON, and is small: a chart of a few dozen resources makes less than 100 KB."""
    view = chart_view(request_.evaluate().case, Settings(_env_file=None).practice)  # type: ignore[call-arg]
    written = as_json(view)
    assert orjson.loads(written) == orjson.loads(orjson.dumps(msgspec.to_builtins(view)))
    assert len(written) < 100_000
