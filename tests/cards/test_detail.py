from __future__ import annotations

import pytest
from msgspec.structs import replace

from cards.render import render_cards
from guideline.advice import FactUsed, Option
from guideline.knowledge_base import KNOWLEDGE
from tests.cards.advice_builders import HER2_FACT, LVEF_FACT, advice, behind, cards_of, finding, gap, say, thp_first


def detail_of(**members: object) -> str:
    (card,) = cards_of(treatment=thp_first(**members))
    detail: str = card["detail"]
    return detail


def places(detail: str, *texts: str) -> list[int]:
    return [detail.index(text) for text in texts]


def test_the_act_comes_first() -> None:
    """The first line is the regimen in bold, then its doses from the knowledge files."""
    first, *rest = detail_of().split("\n\n")[0].split("\n")
    thp = KNOWLEDGE.regimens["thp"]
    assert first == f"**{thp.name}**"
    assert rest == [f"- {line}" for line in thp.dose_lines]


def test_the_sections_stand_in_the_order_they_are_needed() -> None:
    """Why, checks, evidence, alternatives, what to avoid, label, what is missing, and the basis last."""
    detail = detail_of()
    order = places(
        detail,
        "**Why**",
        "**From the record**",
        "**Before the first dose**",
        "**Caution**",
        "**Evidence**",
        "**Alternatives**",
        "**Avoid**",
        "**Label**",
        "**Missing**",
        "Basis: ",
    )
    assert order == sorted(order)


def test_why_names_the_facts_with_their_dates() -> None:
    """The reasons are followed by what was read, one fact a line, with dates; what was inferred is named so."""
    detail = detail_of(facts=(HER2_FACT, LVEF_FACT, FactUsed("ER", "negative")))
    facts = detail.split("**From the record**\n")[1].split("\n\n")[0]
    assert facts == "- HER2: IHC 3+ (2026-01-05)\n- LVEF: 62 % (2026-05, inferred)\n- ER: negative"


@pytest.mark.parametrize(
    ("value", "date", "line"),
    [
        ("THP from 2026-04-15: ongoing", "2026-04-15", "Line 1: THP from 2026-04-15: ongoing"),
        ("THP from 2026-04-15: progressed", "2026-10-01", "Line 1: THP from 2026-04-15: progressed (2026-10-01)"),
        ("THP from 2026-04-15: progressed", "2026-04", "Line 1: THP from 2026-04-15: progressed (2026-04)"),
    ],
)
def test_a_day_that_the_fact_names_itself_is_not_said_again(value: str, date: str, line: str) -> None:
    """The date follows the fact only where its words do not hold that very date; a month is none of its days."""
    detail = detail_of(facts=(FactUsed("Line 1", value, date),))
    assert detail.split("**From the record**\n")[1].split("\n\n")[0] == f"- {line}"


def test_evidence_is_printed_from_the_knowledge_files() -> None:
    """The lead and each alternative cite the printable line of their evidence."""
    detail = detail_of()
    assert KNOWLEDGE.evidence_line("cleopatra-2015-os") in detail
    assert KNOWLEDGE.evidence_line("db09-2025-pfs") in detail


def test_an_alternative_says_when_it_leads_and_how_it_is_given() -> None:
    """Each alternative names itself, when it would lead, its dose and its label."""
    alternatives = detail_of().split("**Alternatives**\n")[1].split("\n\n")[0]
    doses = "; ".join(KNOWLEDGE.regimens["tdxd-pertuzumab"].dose_lines)
    assert alternatives.startswith("- **T-DXd + pertuzumab**: Leads where newer approvals are followed.\n")
    assert f"\n  - Dose: {doses}\n" in alternatives
    assert "\n  - Label: Approved in the US on 2025-12-15.\n" in alternatives


def test_what_is_barred_says_why() -> None:
    """A barred option stands under `Avoid` with its reason."""
    assert "**Avoid**\n- **T-DM1**: No place before T-DXd." in detail_of()


def test_without_a_lead_the_card_offers_options() -> None:
    """Without a guideline-backed default the regimens are options, not alternatives; the summary is not said a second time."""
    detail = detail_of(headline=say("No guideline-backed default: ask the tumor board"), lead=None)
    assert detail.startswith("**Why**\n")
    assert "No guideline-backed default" not in detail
    assert "**Options**\n- **T-DXd + pertuzumab**" in detail
    assert "**Alternatives**" not in detail
    assert "**Evidence**" not in detail


def test_a_headline_without_a_lead_that_the_summary_had_to_cut_stands_whole_in_the_detail() -> None:
    """The text begins with it only where the summary has no room for all of it."""
    headline = "No regimen leads: " + "one reason after another " * 6 + "ends here"
    assert detail_of(headline=say(headline), lead=None).startswith(f"**{headline}**\n\n")


def test_what_must_stand_first_in_the_text_does() -> None:
    """The treatment's own detail (such as local therapy for isolated brain progression) stands above the reasons."""
    detail = detail_of(detail=(say("Local therapy, and the same HER2 therapy as before.", "R128"),))
    order = places(detail, "Local therapy, and", "**Why**")
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("guideline/US", "source documents (ASCO 2022 era), US labels"),
        ("current/EU", "source documents (ASCO 2022 era) and approvals since then, EU labels"),
    ],
)
def test_the_last_line_names_what_the_advice_follows(profile: str, words: str) -> None:
    """The evidence profile is said in words, with the version of the knowledge, its review date and status."""
    (card,) = render_cards(replace(advice(treatment=thp_first()), profile=profile), public_url="http://127.0.0.1:8000")
    last = card["detail"].split("\n")[-1]
    assert last == f"Basis: {words}; knowledge 2026.11.20, {KNOWLEDGE.review_status}."


def test_a_finding_says_act_detail_facts_and_gaps() -> None:
    """Other cards say under their summary what to do, the facts, what is missing, and the basis."""
    (card,) = cards_of(finding("LvefHold", facts=(LVEF_FACT,), missing=(gap(),)))
    basis = f"Basis: knowledge 2026.11.20, {KNOWLEDGE.review_status}."
    assert card["detail"] == (
        "- What to do about LvefHold.\n"
        "- From the record: LVEF: 62 % (2026-05, inferred)\n\n"
        "**Missing**\n- Get an echocardiogram before the first dose.\n\n" + basis
    )


def test_a_detail_begins_with_its_headline_only_where_the_summary_does_not_say_it() -> None:
    """The same sentence is not read twice; one that is cut in the summary, or that others join, stands whole above its own lines."""
    long = "LVEF 42 %: " + "hold trastuzumab and " * 8 + "refer to cardiology"
    (card,) = cards_of(finding("LvefHold", headline=long))
    assert card["summary"] != long
    assert card["detail"].startswith(f"**{long}**\n\n- ")
    *_, shared = cards_of(*(finding(topic) for topic in ("LvefHold", "HeartFailure", "DoseCheck", "LabSafety", "LabelWindow")))
    assert "**Also: " in shared["detail"]
    assert shared["detail"].startswith(f"**{shared['summary'].removesuffix(' (+ 1 more)')}**")


def test_a_check_is_not_asked_again() -> None:
    """What stands among the checks in the same words is not repeated under `Missing`, but stays missing for machines."""
    (card,) = cards_of(treatment=thp_first(checks=(gap().ask,)))
    assert card["detail"].count(gap().ask.text) == 1
    assert "**Missing**" not in card["detail"]
    assert behind(card)["missing"] == ["I07"]


def test_input_ids_are_not_shown() -> None:
    """A clinician reads what to ask, not the id of the input."""
    assert "I07" not in detail_of()


def test_a_sentence_stands_once_in_its_section() -> None:
    """The same reason given by the treatment and by its lead is printed once."""
    same = say("Nothing given for metastatic disease yet.", "R004")
    assert detail_of(why=(same,), lead=Option("thp", reasons=(same,))).count(same.text) == 1


@pytest.mark.parametrize("regimen", sorted(KNOWLEDGE.regimens))
def test_every_regimen_can_lead_and_stand_beside(regimen: str) -> None:
    """Every regimen of the knowledge files renders as a lead and as an alternative, with its doses."""
    detail = detail_of(lead=Option(regimen, rules=("R004",)), alternatives=(Option(regimen),), barred=())
    assert detail.startswith("**")
    assert detail.count(f"- **{KNOWLEDGE.regimens[regimen].short}**") == 1
