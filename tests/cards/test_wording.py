from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cards.wording import ELLIPSIS, SUMMARY_LIMIT, bold, bullets, escape, one_line, plain_text, section, start_of_line, without_markup
from tests.cards.advice_builders import is_one_line

#: As permissive as clients get: tables, strikethrough, raw HTML.
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

#: Texts made of what markdown and HTML react to, and any other text.
hostile = st.one_of(
    st.text(alphabet="*_`#<>&[]()|~!-+=:;.\\/@ \n\r\tab1wW\u2028\u202e\u00a0\x00\x1b", max_size=40),
    st.lists(
        st.sampled_from(
            [
                "<b>",
                "</script>",
                "&lt;",
                "&#60;",
                "![x](y)",
                "[x]: y",
                "***",
                "```",
                "~~",
                "| - |",
                "1. ",
                "12) ",
                "# ",
                "> ",
                "---",
                "===",
                "\n\n",
                "http://x.y",
                "www.x.y",
                "a@b.c",
                "\\",
            ]
        ),
        max_size=8,
    ).map("".join),
    st.text(max_size=60),
)


def rendered_text(markdown: str) -> tuple[list[str], str]:
    """The block structure of rendered markdown, and its text; any inline markup counts as structure."""
    structure, text = [], []
    for token in MARKDOWN.parse(markdown):
        if token.type != "inline":
            structure.append(token.type)
            continue
        for child in token.children or []:
            if child.type in ("text", "text_special"):
                text.append(child.content)
            else:
                structure.append(child.type)
    return structure, "".join(text)


@given(hostile)
def test_text_of_a_record_stays_text(text: str) -> None:
    """Whatever stands in a record, a list item shows it as plain text: no markup, no HTML, no second block."""
    items = bullets([text])
    if not items:
        assert not one_line(text)
        return
    structure, shown = rendered_text(items[0])
    assert structure == ["bullet_list_open", "list_item_open", "paragraph_open", "paragraph_close", "list_item_close", "bullet_list_close"]
    assert shown.replace(" ", "") == one_line(text).replace(" ", "")


@given(hostile)
def test_a_paragraph_stays_a_paragraph(text: str) -> None:
    """Escaped text may begin a line of its own, after any other line, without becoming a heading, list, quote, rule or table."""
    line = start_of_line(escape(text))
    if line:
        structure, _ = rendered_text(f"Above\n{line}\nBelow")
        assert set(structure) <= {"paragraph_open", "paragraph_close", "softbreak"}


@given(hostile)
def test_no_tag_and_no_address_survives(text: str) -> None:
    """No `<` is left for a client that lets HTML through, and nothing that a client would turn into a link."""
    escaped = escape(text)
    assert "<" not in escaped
    assert "://" not in escaped
    assert "\n" not in escaped
    escaped.encode()


@pytest.mark.parametrize(
    "prose",
    [
        "T-DXd 5.4 mg/kg IV every 3 weeks; LVEF 62 % (2026-05-01), fall of 10 points or more",
        "HR 0.68 (0.56-0.84), p = 0.0037: 56.5 vs 40.8 months & rising, > 12 months, 600/600 mg + 20,000 U",
        "ANC ≥ 1.0 × 10⁹/L – “hold”, then resume",
    ],
)
def test_clinical_prose_reads_the_same_unrendered(prose: str) -> None:
    """Ordinary clinical sentences carry no escapes, so that a client that shows plain text shows them as written."""
    assert escape(prose) == prose


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1. June", "1\\. June"),
        ("> 45 %", "&gt; 45 %"),
        ("- none", "\\- none"),
        ("+5 points", "+5 points"),
        ("-3 to 4", "-3 to 4"),
        ("# 3", "\\# 3"),
    ],
)
def test_the_start_of_a_line_is_guarded(text: str, line: str) -> None:
    """What would begin a block of its own is escaped only where it would."""
    assert start_of_line(escape(text)) == line


def test_a_summary_is_cut_at_a_word() -> None:
    """A text over the limit loses whole words and says so; one within it loses nothing."""
    exact = "a" * SUMMARY_LIMIT
    assert one_line(exact, SUMMARY_LIMIT) == exact
    cut = one_line("word " * 40, SUMMARY_LIMIT)
    assert len(cut) <= SUMMARY_LIMIT
    assert cut.endswith("word" + ELLIPSIS)


@given(st.text(), st.integers(min_value=2, max_value=200))
def test_a_limit_holds(text: str, limit: int) -> None:
    """No text, not even one long word, comes out longer than its limit in code points."""
    assert len(one_line(text, limit)) <= limit


@given(st.text(st.characters(categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Lu"]), max_size=20))
def test_one_line_can_be_sent(text: str) -> None:
    """One line never holds a line break, a control character, or half of a surrogate pair (which no JSON can carry)."""
    line = one_line(text)
    assert is_one_line(line) or not line
    assert line == line.strip()


def test_nothing_gives_nothing() -> None:
    """Blank text leaves no empty line, bullet, bold mark or title behind."""
    assert bold(" \n ") == ""
    assert bullets(["", "\t", "said"]) == ["- said"]
    assert section("Why", []) == ""


@given(st.text(max_size=40))
def test_markup_comes_off_as_it_went_on(text: str) -> None:
    """What a card says as plain text is the text itself, but for the space that keeps addresses and tags from taking effect."""
    written = f"**{start_of_line(escape(text))}**"
    addresses = re.compile(r"(?i)://|@(?=\w)|\bwww\.(?=\S)")
    expected = addresses.sub(lambda found: ": //" if found[0] == "://" else f"{found[0]} ", one_line(text))
    assert without_markup(written) == expected
    assert not re.search("<[A-Za-z/!?]", plain_text(written))
    assert plain_text(written).replace("< ", "<") == expected.replace("< ", "<")
