"""The vignettes as real charts would tell them: orders nobody closed, no doses, months instead of days, only the problem list.

What a chart leaves out may cost certainty, never turn the advice round.
"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.vignettes.answers import Answer, ask
from tests.vignettes.cases import CASES
from tests.vignettes.facts import Course, Fact, Facts, Intake, Metastasis, Receptor, Stage, Therapy, therapy
from tests.vignettes.fhir_builder import ENCODINGS, Encoding

EVERY = sorted(CASES)

#: V04 and V05 differ by a day, which months cannot tell.
DAYS_DECIDE = {"V04", "V05"}
#: What only the intake says: that a lesion can be biopsied, that the brain predominates, symptoms, that chemotherapy is declined.
INTAKE_DECIDES = {"V09", "V13", "V15", "V21"}


def advised(answer: Answer) -> tuple[list[str], str | None, list[str]]:
    """What must not change: topics, leader, alternatives."""
    return answer.topics, answer.regimen, answer.alternatives


def without(facts: Facts, *kinds: type) -> Facts:
    """The same chart without these kinds of fact."""
    return tuple(fact for fact in facts if not isinstance(fact, kinds))


def to_the_month(fact: Fact) -> Fact:
    """A fact whose dates lost their day; the intake keeps its own."""
    if isinstance(fact, Intake):
        return fact
    dates = {f.name: value[:7] for f in fields(fact) if isinstance(value := getattr(fact, f.name), str) and value[:2] == "20"}
    return replace(fact, **dates)  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", EVERY)
def test_without_recorded_doses(vignette: str, encoding: Encoding) -> None:
    """A site that sends orders and statements but no administrations gets the same advice."""
    facts = tuple(replace(fact, doses=False) if isinstance(fact, Therapy) else fact for fact in CASES[vignette])
    assert advised(ask(facts, encoding)) == advised(ask(CASES[vignette], encoding))


@pytest.mark.parametrize("vignette", EVERY)
def test_without_intent(vignette: str) -> None:
    """Curative and palliative are told apart by dates where nobody coded the intent."""
    facts = tuple(replace(fact, intent=None) if isinstance(fact, Therapy) else fact for fact in CASES[vignette])
    assert advised(ask(facts, "mcode")) == advised(ask(CASES[vignette], "mcode"))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", [v for v in EVERY if v not in DAYS_DECIDE])
def test_dates_to_the_month(vignette: str, encoding: Encoding) -> None:
    """Dates known to the month are enough wherever no single day decides."""
    facts = tuple(map(to_the_month, CASES[vignette]))
    assert advised(ask(facts, encoding)) == advised(ask(CASES[vignette], encoding))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", sorted(DAYS_DECIDE))
def test_a_month_that_does_not_decide(vignette: str, encoding: Encoding) -> None:
    """Where the month straddles the limit no regimen leads, both pathways are named, and the day is asked for (I05)."""
    answer = ask(tuple(map(to_the_month, CASES[vignette])), encoding)
    assert answer.regimen is None
    assert {"tdxd", "thp", "tdxd-pertuzumab"} <= set(answer.alternatives)
    assert "I05" in answer.missing


#: Early disease has no second witness of metastases; in three vignettes a brain metastasis is what they are about.
LOSSES = [
    (vignette, lost)
    for vignette in EVERY
    for lost in (Stage, Metastasis, Course)
    if vignette not in {"V39", "V40"} and not (lost is Metastasis and vignette in {"V13", "V14", "V15"})
]


@pytest.mark.parametrize(("vignette", "lost"), LOSSES, ids=[f"{vignette}-{lost.__name__}" for vignette, lost in LOSSES])
def test_one_of_several_witnesses_is_lost(vignette: str, lost: type) -> None:
    """Stage IV or a metastasis, a stop reason or a disease status: one that says it is enough."""
    assert advised(ask(without(CASES[vignette], lost), "uscore")) == advised(ask(CASES[vignette], "uscore"))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("vignette", EVERY)
def test_specimen_not_written_down(vignette: str, encoding: Encoding) -> None:
    """Without specimen or body site, the date tells a metastasis' receptor result from the primary's (decision 10)."""
    facts = tuple(replace(fact, specimen=None) if isinstance(fact, Receptor) else fact for fact in CASES[vignette])
    assert advised(ask(facts, encoding)) == advised(ask(CASES[vignette], encoding))


@pytest.mark.parametrize("vignette", [v for v in EVERY if v not in INTAKE_DECIDES])
def test_without_the_intake(vignette: str) -> None:
    """A site that never fills the questionnaire gets the same regimen; what it leaves open is asked."""
    bare = ask(without(CASES[vignette], Intake), "uscore")
    assert advised(bare) == advised(ask(CASES[vignette], "uscore"))
    if bare.treatment is not None and bare.treatment["source"]["topic"]["code"] != "TumorBoard":
        assert "I06" in bare.missing


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("last_dose", [None, "2026-03-09"], ids=["no doses", "last dose in March"])
def test_orders_nobody_closed(last_dose: str | None, encoding: Encoding) -> None:
    """V41 with the antibodies of the line before still "active": T-DXd runs and works, so there is nothing to say."""
    left_open = therapy("trastuzumab", "pertuzumab", start="2024-06-03", last_dose=last_dose, doses=last_dose is not None)
    facts = tuple(left_open if isinstance(fact, Therapy) and fact.drugs == ("trastuzumab", "pertuzumab") else fact for fact in CASES["V41"])
    assert ask(facts, encoding).cards == []
