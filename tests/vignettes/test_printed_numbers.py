"""No number on a card but those of the knowledge files and the patient's own, over every vignette and every sample."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from guideline.knowledge_base import KNOWLEDGE
from tests.vignettes.answers import plain
from tests.vignettes.codes import Json
from tests.vignettes.every_request import Request, every_request
from tests.vignettes.printed_numbers import filled_in, limits, numbers, patients_numbers

REQUESTS = list(every_request())


@pytest.mark.parametrize("request_", REQUESTS, ids=[request.name for request in REQUESTS])
def test_every_number_has_a_source(request_: Request) -> None:
    """Each number that a card prints stands in the knowledge files or is the patient's."""
    evaluation = request_.evaluate()
    drafts = orjson.loads(request_.body)["context"].get("draftOrders", {})
    known = patients_numbers(evaluation.case, evaluation.advice, drafts) | limits()
    strange = {number: text for card in evaluation.cards for text in _texts(card) for number in filled_in(text) - known}
    assert strange == {}


def _texts(card: Json) -> Iterator[str]:
    """Summary, detail, and what the buttons say."""
    yield card["summary"]
    yield plain(card.get("detail", ""))
    yield from (suggestion["label"] for suggestion in card.get("suggestions", []))


def test_cards_do_print_numbers() -> None:
    """The test above looks at hundreds of filled-in numbers: it does not pass because nothing is looked at."""
    texts = [text for request in REQUESTS for card in request.evaluate().cards for text in _texts(card)]
    assert sum(len(numbers(text)) for text in texts) > 4000
    assert sum(len(filled_in(text)) for text in texts) > 1000


def test_a_strange_number_is_noticed() -> None:
    """A figure without a source is seen in the middle of our own sentences; a figure of an evidence line is not one."""
    request = next(request for request in REQUESTS if request.name == "sample-second-line-US")
    evaluation = request.evaluate()
    known = patients_numbers(evaluation.case, evaluation.advice, {}) | limits()
    line = KNOWLEDGE.evidence_line("db03-2023-pfs")
    assert filled_in(f"- {line}") - known == set()
    for text in (line.replace("28.8", "31.7"), "median PFS 31.7 mo", "HR 0.317 (95 % CI 0.2-0.31)", f"{line}; 83.1 % responded"):
        assert filled_in(text) - known, text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HER2: IHC 3+ (2026-10-20)", {"3", "2026-10-20"}),
        ("T-DM1 3.6 mg/kg, CYP2C8, 5-HT3, DESTINY-Breast03", {"3.6"}),
        ("PFS 28.8 vs 6.8 mo, 4-6 weeks, 1,000 mg", {"28.8", "6.8", "4", "6", "1,000"}),
        ("knowledge 2026.11.21", {"2026.11.21"}),
        ("- 62 % (1.6 x ULN)", {"62", "1.6"}),
    ],
)
def test_what_counts_as_a_number(text: str, found: set[str]) -> None:
    """Digits of names are no numbers; dates and decimals are whole."""
    assert numbers(text) == found
