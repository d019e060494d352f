from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.context import ClientTraits
from cards.render import render_cards
from cards.terminal import print_cards
from guideline.advice import FactUsed
from guideline.knowledge_base import KNOWLEDGE
from tests.cards.advice_builders import LVEF_FACT, PUBLIC_URL, advice, cards_of, finding, is_one_line, say, thp_first
from tests.cards.order_drafts import context


def test_silence_is_said() -> None:
    """No card is a sentence of its own, so that silence cannot be taken for a failure."""
    assert print_cards([], 80) == "Nothing to say: no card for this patient.\n"


@pytest.mark.parametrize("width", [40, 72, 120])
def test_lines_fit_the_terminal(width: int) -> None:
    """No line but a single long word is wider than the terminal."""
    printed = print_cards(cards_of(finding("LvefHold", facts=(LVEF_FACT,)), treatment=thp_first()), width)
    assert all(len(line) <= width or " " not in line.strip() for line in printed.splitlines())


def test_facts_advice_evidence_and_gaps_are_printed() -> None:
    """The text holds the urgency, the topic, the act with doses, evidence, facts with their resources, gaps, rules and the rule page."""
    printed = print_cards(cards_of(finding("LvefHold", "critical", facts=(LVEF_FACT,)), treatment=thp_first()), 10_000)
    for text in (
        "[!!] CRITICAL  Low or falling LVEF",
        "[i] INFO  First-line treatment",
        KNOWLEDGE.regimens["thp"].dose_lines[0],
        KNOWLEDGE.evidence_line("cleopatra-2015-os"),
        "LVEF: 62 % (2026-05, inferred)",
        "Get an echocardiogram before the first dose.",
        "Rules: R072, R073, R110",
        "Missing: I07",
        "Read from: Observation/lvef",
        "More: https://cds.example.org/rules#R110",
    ):
        assert text in printed


def test_markup_is_not_shown() -> None:
    """Bold marks and escapes are undone: a terminal shows the text as it was meant."""
    printed = print_cards(cards_of(finding("LvefHold", facts=(FactUsed("Note", "<b>a_b*c</b> & [d]"),))), 200)
    assert "Note: <b>a_b*c</b> & [d]" in printed
    assert "**" not in printed


def test_the_act_of_a_finding_is_not_printed_twice() -> None:
    """Where the first line of the detail repeats the summary, it stands once."""
    assert print_cards(cards_of(finding("LvefHold")), 80).count("Headline of LvefHold") == 1


def test_colour_only_where_asked() -> None:
    """Without colour there is no escape sequence; with it the mark and the titles carry one, and the text is the same."""
    cards = cards_of(treatment=thp_first())
    plain, coloured = print_cards(cards, 80), print_cards(cards, 80, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;36m[i] INFO" in coloured
    assert "\x1b[1mWhy\x1b[0m" in coloured


@given(st.text(max_size=80), st.integers(min_value=0, max_value=200))
def test_no_record_can_command_the_terminal(value: str, width: int) -> None:
    """No text of a record brings a control character to the terminal."""
    cards = cards_of(finding("LvefHold", headline=f"Hold {value}", facts=(FactUsed("Note", value),), detail=(say(value),)))
    assert all(is_one_line(line) for line in print_cards(cards, width).split("\n") if line)


def test_plain_text_is_printed_as_it_is() -> None:
    """A detail that is plain text already loses nothing that looks like markup, and says what the markdown says."""
    found = finding("LvefHold", facts=(FactUsed("LVEF", "a \\* b **c** &lt; 5", "2026-05", "Observation/lvef"),))
    plain, markdown = (
        print_cards(render_cards(advice(found), public_url=PUBLIC_URL, context=context(client=ClientTraits(plain_text=form))), 10_000)
        for form in (True, False)
    )
    assert "a \\* b **c** &lt; 5" in plain
    assert plain == markdown
