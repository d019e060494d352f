"""The patient-view vignettes: FHIR in, over HTTP, the card a clinician would expect out."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from guideline.advice import INDICATOR_RANK
from tests.vignettes.answers import PATH, Answer, Profile, ask, service
from tests.vignettes.cases import CASES
from tests.vignettes.expectations import CURRENT, GUIDELINE, Expected
from tests.vignettes.fhir_builder import ENCODINGS, Encoding, patient_view, resources

VIGNETTES = [json.loads(line) for line in (Path(__file__).parent / "vignettes.jsonl").read_text().splitlines()]

#: Each vignette under the default profile, and those that the profile changes under `current` too.
TABLE: list[tuple[str, Profile, Expected]] = [
    *((vignette, "guideline", expected) for vignette, expected in GUIDELINE.items()),
    *((vignette, "current", CURRENT.get(vignette, expected)) for vignette, expected in GUIDELINE.items()),
]


def test_every_patient_view_vignette_is_told() -> None:
    """No patient-view vignette is left out."""
    told = {v["id"] for v in VIGNETTES if v["hook"] == "patient-view"}
    assert told == set(GUIDELINE) == set(CASES)


def test_expectations_agree_with_the_vignettes() -> None:
    """Silence and the highest indicator are the vignette's own; V26's `critical` is a ceiling, not a demand."""
    for vignette in VIGNETTES:
        expected = GUIDELINE.get(vignette["id"])
        if expected is not None:
            assert expected.silent == vignette["expected"]["silent"], vignette["id"]
            assert expected.ceiling == vignette["expected"]["max_indicator"], vignette["id"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("vignette", "profile", "expected"), TABLE, ids=[f"{v}-{p}" for v, p, _ in TABLE])
def test_vignette(vignette: str, profile: Profile, expected: Expected, encoding: Encoding) -> None:
    """The chart of this vignette, however encoded, gets exactly the advice the vignette and the owner's decisions ask for."""
    faults = list(differences(ask(CASES[vignette], encoding, profile=profile), expected))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_v21_where_it_was_told(encoding: Encoding) -> None:
    """V21 is a patient in the EU: the same advice, with the label of trastuzumab + aromatase inhibitor."""
    answer = ask(CASES["V21"], encoding, jurisdiction="EU")
    faults = list(differences(answer, replace(GUIDELINE["V21"], says=(*GUIDELINE["V21"].says, r"On label\. EU label"))))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", sorted(GUIDELINE))
def test_both_profiles_differ_in_first_line_options_only(vignette: str, encoding: Encoding) -> None:
    """Decision 1: but for V01, V02, V04 and V05, no site setting of the profile changes a topic, a regimen or an alternative."""
    if vignette in CURRENT:
        return
    one, other = (ask(CASES[vignette], encoding, profile=profile) for profile in ("guideline", "current"))
    assert (one.topics, one.regimen, one.alternatives) == (other.topics, other.regimen, other.alternatives)


@pytest.mark.parametrize("vignette", sorted(GUIDELINE))
def test_no_summary_is_cut(vignette: str) -> None:
    """Decision 32: what a clinician reads first is a whole sentence, not the first 139 characters of one."""
    for card in ask(CASES[vignette], "uscore").cards:
        assert not card["summary"].endswith(("…", "...")), card["summary"]


def differences(answer: Answer, expected: Expected) -> Iterator[str]:
    """Everything in which the answer departs from the expectation, one line each."""
    if expected.silent:
        if answer.cards:
            yield f"expected silence, got {answer.topics}: {answer.summaries}"
        return
    yield from _topics(answer, expected)
    yield from _options(answer, expected)
    yield from _words(answer, expected)


def _topics(answer: Answer, expected: Expected) -> Iterator[str]:
    treatment = answer.treatment
    topic = treatment["source"]["topic"]["code"] if treatment else None
    if topic != expected.treatment:
        yield f"treatment card: expected {expected.treatment}, got {topic} (all: {answer.topics})"
    for wanted, indicator in expected.safety.items():
        found = [card["indicator"] for card in answer.cards if card["source"]["topic"]["code"] == wanted]
        if found != [indicator]:
            yield f"{wanted}: expected one card at {indicator}, got {found} (all: {answer.topics})"
    for card in answer.cards:
        if INDICATOR_RANK[card["indicator"]] > INDICATOR_RANK[expected.ceiling]:
            yield f"{card['source']['topic']['code']} is {card['indicator']}, the ceiling is {expected.ceiling}"


def _options(answer: Answer, expected: Expected) -> Iterator[str]:
    if answer.regimen != expected.regimen:
        yield f"regimen: expected {expected.regimen}, got {answer.regimen}"
    offered = answer.alternatives
    begin = list(expected.alternatives_begin)
    if offered[: len(begin)] != begin:
        yield f"alternatives should begin with {begin}, got {offered}"
    if lacking := expected.alternatives - set(offered):
        yield f"alternatives lack {sorted(lacking)}, got {offered}"
    if forbidden := expected.not_offered & {*offered, answer.regimen}:
        yield f"must not be offered: {sorted(map(str, forbidden))}"
    if lacking := expected.avoid - answer.avoid:
        yield f"avoid lacks {sorted(lacking)}, got {sorted(answer.avoid)}"
    if lacking := expected.missing - answer.missing:
        yield f"missing lacks {sorted(lacking)}, got {sorted(answer.missing)}"
    if needless := expected.not_missing & answer.missing:
        yield f"asks for what the chart says: {sorted(needless)}"


def _words(answer: Answer, expected: Expected) -> Iterator[str]:
    for pattern in expected.summary_says:
        if not re.search(pattern, answer.summaries):
            yield f"no summary says {pattern!r}: {answer.summaries!r}"
    for pattern in expected.summary_never:
        if found := re.search(pattern, answer.summaries):
            yield f"a summary says {found[0]!r}: {answer.summaries!r}"
    for pattern in expected.says:
        if not re.search(pattern, answer.text):
            yield f"nothing says {pattern!r}"
    for pattern in expected.never:
        if found := re.search(pattern, answer.text):
            yield f"must not say {pattern!r}: ...{answer.text[max(0, found.start() - 60) : found.end() + 40]!r}"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The service behind a real socket."""
    server = make_server("127.0.0.1", 0, service())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("vignette", ["V01", "V09", "V12", "V15"])
def test_vignette_over_a_socket(address: str, vignette: str) -> None:
    """A client on the network gets the same advice as a client in the process: first line, second line, silence, emergency."""
    body = patient_view(resources(CASES[vignette], "mcode"), "mcode")
    response = requests.post(address + PATH, json=body, timeout=120)
    assert response.status_code == 200
    faults = list(differences(Answer(response.json()["cards"]), GUIDELINE[vignette]))
    assert not faults, "\n".join(faults)


def test_a_wrong_answer_is_noticed() -> None:
    """The comparison itself: silence, a wrong leader and a forbidden word are all named."""
    expected = GUIDELINE["V09"]
    assert any("treatment card" in fault for fault in differences(Answer([]), expected))
    answer = ask(CASES["V09"], "uscore")
    assert any("regimen" in fault for fault in differences(answer, replace(expected, regimen="thp")))
    assert any("must not say" in fault for fault in differences(answer, replace(expected, never=(r"28\.8",))))
