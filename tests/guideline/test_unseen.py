"""Parts of the record that did not come: named on the cards, and never taken for "none"."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from guideline.advice import Advice, Finding
from guideline.advise import advise
from guideline.advise_orders import advise_orders
from guideline.case import DataProblem
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.partial_date import PartialDate
from guideline.practice import Practice
from guideline.rules.unseen import unchecked_order, unread_code, unseen_history
from tests.guideline.case_builder import LONG, a_case, doses, given, her2, lead_of, lvef, metastasis, on_therapy, second_line, thp, words_of
from tests.guideline.order_builder import order

PRACTICE = Practice()
NOT_SEEN = K.say("record-not-seen", parts="|").text.partition("|")[0]
NOT_SENT = K.say("medications-not-sent")


def incomplete(*subjects: str) -> tuple[DataProblem, ...]:
    return tuple(DataProblem("incomplete", subject, "", "could not be fetched from the FHIR server") for subject in subjects)


def details(finding: Finding | None) -> list[str]:
    return [statement.text for statement in finding.detail] if finding is not None else []


def gaps_named(advice: Advice) -> list[str]:
    """The sentences on what was not seen, over all findings."""
    return [text for finding in (advice.treatment, *advice.findings) for text in details(finding) if text.startswith(NOT_SEEN)]


def test_r131_the_treatment_card_names_what_was_not_seen():
    """Once, on the first card, in words; a whole record is not talked about."""
    assert gaps_named(advise(a_case(), PRACTICE)) == []
    (named,) = gaps_named(advise(a_case(problems=incomplete("lvef", "allergy")), PRACTICE))
    assert "allergies, LVEF results" in named


@pytest.mark.parametrize("kind", ["unreadable", "erroneous", "future", "other-patient", "unsent"])
def test_r131_one_resource_that_cannot_be_used_is_no_part_that_was_not_seen(kind):
    """What is named resource by resource, in the report for the site, does not stand on every card."""
    assert gaps_named(advise(a_case(problems=(DataProblem(kind, "lvef"),)), PRACTICE)) == []


@pytest.mark.parametrize("orders", [(), (order("paclitaxel"),)])
def test_r131_what_the_ehr_does_not_let_us_read_is_named_and_no_more(orders):
    """A sentence on the first card; no card of its own, no order questioned for it alone, nothing about parts that change no advice."""
    forbidden = tuple(DataProblem("forbidden", subject) for subject in ("allergy", "intake", "procedure"))
    ask = (lambda case: advise_orders(case, orders, PRACTICE)) if orders else (lambda case: advise(case, PRACTICE))
    before, after = ask(a_case()), ask(a_case(problems=forbidden))
    assert [f.topic for f in before.findings] == [f.topic for f in after.findings]
    said = K.say("record-not-permitted", parts="allergies").text
    first = next((f for f in (after.treatment, *after.findings) if f is not None), None)
    assert details(first)[-1:] == ([said] if first is not None else [])


FORBIDDEN_THERAPY = (DataProblem("forbidden", "therapy"),)


def test_decision_5_a_list_of_therapies_that_may_not_be_read_is_not_complete_by_word():
    """Nothing of it came: who calls it complete sees another list. First-line therapy is not named to a patient treated for two years."""
    case = a_case(metastases=LONG, problems=FORBIDDEN_THERAPY)
    assert lead_of(advise(a_case(metastases=LONG), PRACTICE)) == "thp"
    advice = advise(case, PRACTICE)
    assert advice.treatment is None
    (asked,) = [f for f in advice.findings if f.topic == "MissingData"]
    assert (asked.headline.id, [gap.input for gap in asked.missing]) == ("therapy-not-read", ["I04"])


@pytest.mark.parametrize("facts", [{"metastases": LONG, "drugs": (given("letrozole", 1500, 900, intent="adjuvant"),)}, {}])
def test_decision_5_one_kind_of_therapy_that_may_not_be_read_leaves_the_list_a_list(facts):
    """Some of it was read, or the disease is new: the regimen is named, on condition where nothing at all was seen."""
    advice = advise(a_case(**facts, problems=FORBIDDEN_THERAPY), PRACTICE)
    assert lead_of(advice) == "thp"
    assert ("No systemic therapy is on record" in words_of(advice)) is (not facts)


def test_r131_an_echo_that_may_not_be_read_is_not_ordered_anew():
    """Where echoes stand out of reach, "none on record" would be untrue."""
    drugs = (*doses("trastuzumab", 200, 10), *doses("pertuzumab", 200, 10))
    (unread,) = advise(on_therapy(*drugs, lvef=(), problems=(DataProblem("forbidden", "lvef"),)), PRACTICE).findings
    assert unread.headline.id == "lvef-not-seen"
    assert "echocardiogram" not in unread.requests


def test_r131_a_test_that_may_have_been_done_is_not_ordered_at_a_click():
    """HER2 results that could not be looked up: the card asks for them, and offers no new test."""
    seen = advise(a_case(receptors=()), PRACTICE).findings[0]
    unseen = advise(a_case(receptors=(), problems=incomplete("her2")), PRACTICE).findings[0]
    assert (seen.topic, bool(seen.requests)) == ("Her2StatusNeeded", True)
    assert (unseen.topic, unseen.requests) == ("Her2StatusNeeded", ())
    assert any(text.startswith(NOT_SEEN) for text in details(unseen))


@pytest.mark.parametrize(
    ("case", "subject", "whole", "unseen"),
    [
        ({"receptors": ()}, "her2", "her2-unknown", "her2-not-seen"),
        ({"receptors": (her2("2+"),)}, "her2", "her2-equivocal", "her2-ish-not-seen"),
    ],
)
def test_r131_a_her2_result_that_was_not_seen_is_looked_up_rather_than_ordered(case, subject, whole, unseen):
    """The act follows the reason: no request for a test whose result nobody could read just now."""
    assert advise(a_case(**case), PRACTICE).findings[0].headline.id == whole
    assert advise(a_case(**case, problems=incomplete(subject)), PRACTICE).findings[0].headline.id == unseen
    assert advise(a_case(**case, problems=incomplete("lab")), PRACTICE).findings[0].headline.id == whole


@pytest.mark.parametrize(
    ("values", "whole"), [((), "lvef-never"), ((lvef(62, 88), lvef(62, 210)), "lvef-due"), ((lvef(62, 120),), "lvef-overdue")]
)
def test_r131_an_lvef_that_was_not_seen_is_looked_up(values, whole):
    """R072: a newer LVEF may be among those that could not be read; how urgent it is does not change."""
    drugs = (*doses("trastuzumab", 200, 10), *doses("pertuzumab", 200, 10))
    seen = advise(on_therapy(*drugs, lvef=values), PRACTICE).findings[0]
    unseen = advise(on_therapy(*drugs, lvef=values, problems=incomplete("lvef")), PRACTICE).findings[0]
    assert (seen.headline.id, unseen.headline.id) == (whole, "lvef-not-seen")
    assert (unseen.topic, unseen.indicator) == (seen.topic, seen.indicator)
    assert len(unseen.headline.text) < 140


@pytest.mark.parametrize(("values", "whole"), [((), "order-lvef-none"), ((lvef(62, 120),), "order-lvef-old")])
@pytest.mark.parametrize("kind", ["incomplete", "forbidden"])
def test_r131_an_lvef_that_was_not_seen_is_looked_up_before_a_first_dose(values, whole, kind):
    """R071: "no LVEF on record" would be untrue, and a second echocardiogram is not ordered at a click."""
    orders, lost = (order("trastuzumab-deruxtecan"),), (DataProblem(kind, "lvef"),)
    seen, unseen = (
        next(f for f in advise_orders(second_line(lvef=values, problems=problems), orders, PRACTICE).findings if "lvef" in f.headline.id)
        for problems in ((), lost)
    )
    assert (seen.headline.id, unseen.headline.id) == (whole, "order-lvef-not-seen")
    assert (unseen.topic, unseen.indicator) == (seen.topic, seen.indicator) == ("LvefBaselineNeeded", "warning")
    assert [gap.ask.id for gap in unseen.missing if gap.input == "I07"] == ["ask-lvef-not-seen"]
    assert seen.suggestions
    assert unseen.suggestions == ()


def test_r131_laboratory_values_that_were_not_seen_are_not_called_absent():
    """Which of them are on record nobody can tell."""
    orders = (order("trastuzumab-deruxtecan"),)
    said = {f.headline.id for f in advise_orders(second_line(labs=(), problems=incomplete("lab")), orders, PRACTICE).findings}
    assert "lab-needed-not-read" in said
    assert "lab-needed" not in said


def test_r131_no_word_of_never_used_where_the_therapy_record_is_incomplete():
    """T-DXd leads conditionally: "not used before" would contradict "earlier use cannot be ruled out" on the same card."""
    words = words_of(advise(second_line(problems=incomplete("therapy")), PRACTICE))
    assert "earlier use cannot be ruled out" in words
    assert "No earlier T-DXd is on record" in words
    assert "T-DXd was not used before" not in words


def test_r131_silence_about_a_patient_of_ours_is_explained_when_therapies_were_not_seen():
    """On therapy and nothing to say, as far as was seen; the same with a whole record is silence."""
    drugs = (*doses("trastuzumab", 200, 10), *doses("pertuzumab", 200, 10))
    heart = (lvef(62, 10), lvef(62, 210))
    assert advise(on_therapy(*drugs, lvef=heart), PRACTICE).findings == ()
    case = on_therapy(*drugs, lvef=heart, problems=incomplete("therapy"))
    (finding,) = advise(case, PRACTICE).findings
    assert (finding.topic, finding.indicator, finding.headline.id) == ("MissingData", "info", "nothing-said-record-not-seen")
    assert gaps_named(advise(case, PRACTICE)) == []


def test_r131_out_of_scope_stays_silent_whatever_was_not_seen():
    """HER2-negative disease: no card on gaps that would change nothing of ours."""
    assert advise(a_case(receptors=(her2("0"),), problems=incomplete("lvef", "lab")), PRACTICE).findings == ()


@pytest.mark.parametrize(("subject", "said"), [("allergy", True), ("lab", True), ("body", False), ("course", False), ("intake", False)])
def test_r131_an_order_without_findings_says_what_was_not_checked(subject, said):
    """Parts by which an order may turn out unsafe; others are no reason for a card."""
    whole = a_case(lvef=(lvef(62, 10),))
    assert not [f for f in advise_orders(whole, [order("capecitabine", 1000, "mg/m2")], PRACTICE).findings if f.topic == "MissingData"]
    finding = unchecked_order(a_case(problems=incomplete(subject)))
    assert (finding is not None) is said


def test_decision_32_headlines_have_room():
    """However many parts are missing, the headline stays under 140 characters."""
    for made in (unchecked_order, unseen_history):
        finding = made(a_case(problems=incomplete("therapy", "diagnosis", "lvef", "lung", "heart", "pregnancy", "lab", "allergy")))
        assert finding is not None
        assert len(finding.headline.text) < 140


@pytest.mark.parametrize("orders", [(), (order("trastuzumab-deruxtecan", 5.4, "mg/kg"),)])
def test_r131_an_intake_answer_that_could_not_be_read_is_said(orders):
    """Somebody answered: "nothing is recorded" must not stand alone. No card of its own, and nothing about other losses."""
    said = K.say("intake-answer-not-read")
    ask = (lambda case: advise_orders(case, orders, PRACTICE)) if orders else (lambda case: advise(case, PRACTICE))
    form = "QuestionnaireResponse/1"
    for problem, named in (
        (DataProblem("unreadable", "intake", form), True),
        (DataProblem("unreadable", "intake", "", "no resource of a type that is read"), False),
        (DataProblem("unreadable", "body", "Observation/1"), False),
        (DataProblem("erroneous", "intake", form), False),
    ):
        before = ask(second_line(lvef=()))
        after = ask(second_line(lvef=(), problems=(problem,)))
        cards = [(f.topic, f.headline) for f in (after.treatment, *after.findings) if f is not None]
        assert cards == [(f.topic, f.headline) for f in (before.treatment, *before.findings) if f is not None]
        told = [said in f.detail for f in (after.treatment, *after.findings) if f is not None]
        assert told[0] is named
        assert not any(told[1:])


UNREAD_CODES = tuple(DataProblem("unread-code", subject, f"Condition/{subject}") for subject in ("pregnancy", "lung", "heart"))
ALL_UNREAD = "the heart, the lungs, a pregnancy"


@pytest.mark.parametrize("orders", [(), (order("trastuzumab-deruxtecan", 5.4, "mg/kg"),)])
def test_r131_the_first_card_names_a_code_that_may_stop_a_drug(orders):
    """The advice is the same, and does not stand as if the problem list held nothing."""
    ask = (lambda case: advise_orders(case, orders, PRACTICE)) if orders else (lambda case: advise(case, PRACTICE))
    before, after = ask(second_line(lvef=())), ask(second_line(lvef=(), problems=UNREAD_CODES))
    shown = [[f for f in (advice.treatment, *advice.findings) if f is not None] for advice in (before, after)]
    assert [(f.topic, f.headline) for f in shown[0]] == [(f.topic, f.headline) for f in shown[1]]
    assert shown[1][0].detail == (*shown[0][0].detail, K.say("problem-code-not-counted", parts=ALL_UNREAD))
    assert [f.detail for f in shown[1][1:]] == [f.detail for f in shown[0][1:]]


@pytest.mark.parametrize("drug", ["trastuzumab-deruxtecan", "trastuzumab"])
def test_r131_no_silence_under_a_her2_drug_beside_a_code_that_may_stop_it(drug):
    """T-DXd goes on, and pneumonitis may be on the problem list: silence would say that all is well."""
    running = on_therapy(given(drug, 60), lvef=lvef(60, 30))
    assert advise(running, PRACTICE).findings == ()
    (found,) = advise(msgspec.structs.replace(running, problems=UNREAD_CODES[1:2]), PRACTICE).findings
    assert (found.topic, found.indicator) == ("MissingData", "warning")
    assert found.headline.text.endswith(": a code on the problem list is not read (about the lungs)")
    untreated = a_case(drugs=(), problems=UNREAD_CODES)
    assert all(f.headline.id != "problem-code-not-read" for f in advise(untreated, PRACTICE).findings)


@pytest.mark.parametrize(("subject", "days", "named"), [("pregnancy", 300, 1), ("pregnancy", 301, 0), ("lung", 301, 1)])
def test_r131_a_code_of_a_pregnancy_is_named_for_its_term(subject, days, named):
    """After 300 days it is over (decision 15); a disease of the lungs or the heart may still be there."""
    running = on_therapy(given("trastuzumab", 60), lvef=lvef(60, 30))
    known = DataProblem("unread-code", subject, "Condition/known", date=PartialDate.on(running.today - timedelta(days=days)))
    assert len(advise(msgspec.structs.replace(running, problems=(known,)), PRACTICE).findings) == named


def test_r131_a_her2_order_beside_a_code_that_may_stop_it_is_not_silent():
    """Where something else is said, that card names it; supportive drugs are nobody's question."""
    case = on_therapy(given("trastuzumab", 60), lvef=lvef(60, 30))
    unread = msgspec.structs.replace(case, problems=UNREAD_CODES)
    (found,) = advise_orders(unread, (order("trastuzumab", 6, "mg/kg"),), PRACTICE).findings
    assert found.headline == K.say("problem-code-not-read", drugs="trastuzumab", parts=ALL_UNREAD)
    assert advise_orders(case, (order("trastuzumab", 6, "mg/kg"),), PRACTICE).findings == ()
    longest = unread_code(unread, ("pertuzumab-trastuzumab-hyaluronidase", "tucatinib"))
    assert longest is not None
    assert len(longest.headline.text) < 140


UNSENT = (DataProblem("unsent", "therapy", "", "not sent: MedicationRequest"),)


def test_r131_no_drug_is_called_unused_while_a_kind_of_medication_record_never_came():
    """T-DXd may stand in the records that were left out: the second line is worded on condition, as where their query failed."""
    whole = advise(second_line(), PRACTICE).treatment
    unsent = advise(second_line(problems=UNSENT), PRACTICE).treatment
    failed = advise(second_line(problems=incomplete("therapy")), PRACTICE).treatment
    assert whole is not None
    assert unsent is not None
    assert failed is not None
    assert "I04" not in {gap.input for gap in whole.missing}
    assert "I04" in {gap.input for gap in unsent.missing}
    assert unsent.headline == failed.headline == K.say("headline-next-line-history", line="Second line", regimen="T-DXd")
    assert unsent.detail[0] == NOT_SENT


def test_r131_what_the_records_themselves_leave_open_is_asked_first():
    """Over and no reason: the question stays whether it progressed; that a kind of record never came is said beside it."""
    case = second_line(drugs=thp(300, 20), disease_statuses=())
    whole, unsent = (advise(msgspec.structs.replace(case, problems=problems), PRACTICE).treatment for problems in ((), UNSENT))
    assert whole is not None
    assert unsent is not None
    assert (unsent.headline, unsent.missing) == (whole.headline, whole.missing)
    assert unsent.detail == (NOT_SENT, *whole.detail)


def test_decision_5_a_first_line_is_conditional_while_a_kind_of_medication_record_never_came():
    """Whatever the clinician confirmed was the list in the EHR, of which a part never came."""
    whole, unsent = (advise(a_case(problems=problems), PRACTICE).treatment for problems in ((), UNSENT))
    assert whole is not None
    assert unsent is not None
    assert whole.headline.id == "headline-first-line-thp"
    assert unsent.headline.id == "headline-first-line-conditional"
    assert unsent.detail[0] == NOT_SENT
    assert [gap.input for gap in unsent.missing][:1] == ["I04"]


def test_r131_t_dm1_is_questioned_on_condition_while_a_kind_of_medication_record_never_came():
    """R030: "T-DXd not used before" is not known; the order is questioned all the same."""
    orders = [order("trastuzumab-emtansine", 3.6, "mg/kg")]
    (whole,) = [f for f in advise_orders(second_line(), orders, PRACTICE).findings if f.topic == "NonPreferredAgent"]
    (unsent,) = [f for f in advise_orders(second_line(problems=UNSENT), orders, PRACTICE).findings if f.topic == "NonPreferredAgent"]
    assert (whole.headline.id, unsent.headline.id) == ("order-tdm1-not-preferred", "order-tdm1-not-preferred-if-new")
    assert NOT_SENT in unsent.detail
    assert "I04" in {gap.input for gap in unsent.missing} - {gap.input for gap in whole.missing}


@pytest.mark.parametrize("problems", [incomplete("therapy"), (DataProblem("old-fhir", "therapy"),)])
def test_decision_5_a_complete_list_that_was_not_read_is_no_empty_list(problems):
    """Metastatic for years, the intake says complete, and no therapy could be read: the history is asked for, and no regimen named."""
    long = {"metastases": (metastasis("liver", 700),)}
    assert advise(a_case(**long), PRACTICE).treatment is not None
    advice = advise(a_case(**long, problems=problems), PRACTICE)
    assert advice.treatment is None
    (asked,) = [f for f in advice.findings if f.topic == "MissingData"]
    assert asked.headline.id == "therapy-not-read"
    assert [gap.input for gap in asked.missing] == ["I04"]
