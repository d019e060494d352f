"""Hand-made advice for the tests of the cards."""

from __future__ import annotations

import unicodedata
from typing import Any

from cards.render import render_cards
from guideline.advice import Advice, FactUsed, Finding, Gap, Indicator, Option, Statement, Treatment

PUBLIC_URL = "https://cds.example.org"

HER2_FACT = FactUsed("HER2", "IHC 3+", "2026-01-05", "Observation/her2")
LVEF_FACT = FactUsed("LVEF", "62 %", "2026-05", "Observation/lvef", inferred=True)


def say(text: str, *rules: str) -> Statement:
    return Statement("made-by-hand", text, rules)


def gap(number: str = "I07", ask: str = "Get an echocardiogram before the first dose.") -> Gap:
    return Gap(number, say(ask, "R071"))


def finding(topic: str, indicator: Indicator = "warning", headline: str | None = None, **members: Any) -> Finding:
    """A finding that can be told from every other by its topic: its headline and its one sentence name it."""
    members.setdefault("detail", (say(f"What to do about {topic}.", "R072"),))
    members.setdefault("rules", ("R110",))
    return Finding(topic, indicator, say(headline or f"Headline of {topic}", "R073"), **members)


def thp_first(**members: Any) -> Treatment:
    """First line: THP leads, T-DXd + pertuzumab beside it, T-DM1 barred; a fact, a check and a gap."""
    defaults: dict[str, Any] = {
        "headline": say("THP or T-DXd + pertuzumab: first line, nothing given for metastatic disease yet", "R004"),
        "facts": (HER2_FACT,),
        "missing": (gap(),),
        "rules": ("R004", "R101"),
        "why": (say("De novo stage IV.", "R001"),),
        "checks": (say("Confirm no ILD; baseline chest CT.", "R117"),),
        "lead": Option(
            "thp",
            reasons=(say("HER2-positive, nothing given yet.", "R004"),),
            cautions=(say("Docetaxel and paclitaxel are both valid.", "R007"),),
            label=say("On label in the US.", "R135"),
            evidence=("cleopatra-2015-os",),
            rules=("R005", "R006"),
        ),
        "alternatives": (
            Option(
                "tdxd-pertuzumab",
                reasons=(say("Leads where newer approvals are followed.", "R101"),),
                label=say("Approved in the US on 2025-12-15.", "R135"),
                evidence=("db09-2025-pfs",),
            ),
        ),
        "barred": (Option("tdm1", reasons=(say("No place before T-DXd.", "R030"),)),),
    }
    return Treatment("FirstLineTreatment", "info", **(defaults | members))


def advice(*findings: Finding, treatment: Treatment | None = None) -> Advice:
    return Advice(treatment, findings, (), "guideline/US", "2026.11.20")


def cards_of(*findings: Finding, treatment: Treatment | None = None) -> list[dict[str, Any]]:
    return render_cards(advice(*findings, treatment=treatment), public_url=PUBLIC_URL)


def topics_of(cards: list[dict[str, Any]]) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards]


def behind(card: dict[str, Any]) -> dict[str, Any]:
    """The machine-readable advice of a card."""
    read: dict[str, Any] = card["extension"]["dev.her2cds.advice"]
    return read


def is_one_line(text: str) -> bool:
    """Whether a text is filled, and holds no line break, control character, foreign space or half of a surrogate pair."""
    return bool(text) and all(mark == " " or unicodedata.category(mark) not in ("Cc", "Cs", "Zl", "Zp", "Zs") for mark in text)
