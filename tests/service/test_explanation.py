"""`her2-cds evaluate --explain`: the explanation beside the cards it explains."""

from __future__ import annotations

import orjson
import pytest

from cards.render import ADVICE_EXTENSION
from fhir_mappings.reading import read_document
from guideline.explain import explain
from service.cli import main
from service.evaluation import evaluate
from service.settings import Settings
from tests.vignettes.cases import CASES
from tests.vignettes.facts import TODAY
from tests.vignettes.fhir_builder import ENCODINGS, resources


def _vignette(name):
    document = read_document(orjson.dumps(resources(CASES[name], ENCODINGS[0])))
    settings = Settings(today=TODAY, _env_file=None)
    return evaluate(document.reading, patient_id=None, settings=settings), settings


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_explanation_names_the_rules_and_facts_of_the_cards(name):
    """For every vignette: rules that spoke are those on the cards; every question either spoke or says why not."""
    evaluation, settings = _vignette(name)
    explanation = explain(evaluation.case, settings.practice, evaluation.advice)
    on_cards = {rule for card in evaluation.cards for rule in card["extension"][ADVICE_EXTENSION]["rules"]}
    assert {rule for one in explanation.fired for rule in one.rules} == on_cards
    assert {one.topic for one in explanation.fired} == {topic for asked in explanation.considered for topic in asked.spoke}
    assert all(bool(asked.spoke) is (asked.because is None) for asked in explanation.considered)
    assert all(fact.source for one in explanation.fired for fact in one.facts)


def test_the_command_line_explains(capsys):
    """`her2-cds evaluate --explain` prints the cards and why; with --json both are members of one object."""
    assert main(["evaluate", "sample:second-line", "--explain"]) == 0
    text = capsys.readouterr().out
    assert "Second-line treatment" in text
    assert "Rules that spoke, and on which facts" in text
    assert "What the unknown could change" in text
    assert main(["evaluate", "sample:second-line", "--explain", "--json"]) == 0


def test_the_explanation_is_json_too(capfdbinary):
    """The same for machines."""
    assert main(["evaluate", "sample:second-line", "--explain", "--json"]) == 0
    answer = orjson.loads(capfdbinary.readouterr().out)
    assert answer["cards"]
    assert answer["explanation"]["fired"][0]["topic"] == "SecondLineTreatment"
    assert any(one["name"] == "heart failure symptoms" and one["lead"] for one in answer["explanation"]["depends"])


def test_orders_are_explained_by_what_spoke(capsys):
    """At order entry: the rules that spoke with their facts, and the order rules that did not."""
    assert main(["evaluate", "sample:order-tdm1", "--explain"]) == 0
    text = capsys.readouterr().out
    assert "NonPreferredAgent (warning)" in text
    assert "R078" in text
    assert "Questions that were asked" not in text
