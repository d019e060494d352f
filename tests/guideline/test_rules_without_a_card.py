"""Rules that speak through a dose, a line of evidence or the book alone: what they say is there, and nothing more than that."""

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from tests.guideline.case_builder import a_case, advice_on, second_line
from tests.guideline.order_builder import asks, order


def lines(regimen: str) -> str:
    """The doses of a regimen as a card prints them."""
    return "\n".join(K.regimens[regimen].dose_lines)


def test_r006_trastuzumab_has_two_schedules_that_are_not_mixed():
    """R006: 8 then 6 mg/kg every three weeks or 4 then 2 mg/kg weekly, each loading dose with its own maintenance dose."""
    assert "trastuzumab 8 mg/kg, then 6 mg/kg IV every 3 weeks" in lines("thp")
    schedules = {(s.loading, s.dose, s.every_days) for s in K.doses["trastuzumab"].schedules}
    assert schedules == {(8, 6, 21), (4, 2, 7)}


def test_r021_t_dxd_is_given_at_its_breast_cancer_dose():
    """R021: 5.4 mg/kg every three weeks on the card of second line; never 6.4."""
    advice = advice_on(second_line())
    assert advice.treatment is not None
    assert advice.treatment.lead is not None
    assert "R021" in advice.treatment.lead.rules
    assert "5.4 mg/kg IV every 3 weeks" in lines("tdxd")
    assert "6.4" not in lines("tdxd") + lines("tdxd-pertuzumab")


def test_r029_the_grade_of_t_dm1_is_printed_only_as_it_was_checked():
    """R029: T-DM1 is named with checked evidence only; its benefit score stays off cards (decision 28)."""
    score = K.evidence["mcbs-tdm1"]
    assert (score.print, score.line) == (False, None)
    assert "mcbs-tdm1" not in K.regimens["tdm1"].evidence


def test_r031_emilia_stands_with_its_population_and_year():
    """R031: EMILIA's figures are T-DM1's evidence, with the comparison that they come from."""
    line = K.evidence_line("emilia")
    entry = K.evidence["emilia"]
    assert "emilia" in K.regimens["tdm1"].evidence
    assert entry.population in line
    assert entry.comparison in line
    assert str(entry.year) in line


def test_r037_her2climb_stands_behind_the_tucatinib_triplet():
    """R037: the triplet's evidence is HER2CLIMB, each readout with its own population."""
    evidence = [K.evidence[id_] for id_ in K.regimens["tucatinib-trastuzumab-capecitabine"].evidence]
    assert {entry.trial for entry in evidence if entry.kind == "trial"} == {"HER2CLIMB"}
    assert all(entry.population in (entry.line or "") for entry in evidence)


def test_p12_docetaxel_without_a_corticosteroid():
    """P12: an order of docetaxel without its premedication asks for it; the card only informs."""
    advice = asks(a_case(), order("docetaxel", 75, "mg/m2", every_days=21), order(("trastuzumab",), 8, "mg/kg", every_days=21))
    found = [finding for finding in advice.findings if finding.topic == "SupportiveCare"]
    assert [("P12" in finding.rules or "P12" in finding.headline.rules, finding.indicator) for finding in found] == [(True, "info")]


def test_r057_r082_stand_in_the_book_only():
    """R057, R082: no sentence of a card states them, and the book says why."""
    stated = {rule for statement in (*K.statements.values(), *K.templates.values()) for rule in statement.rules}
    for id_ in ("R057", "R082"):
        assert rule_book()[id_].status == "text"
        assert rule_book()[id_].reason
        assert id_ not in stated
