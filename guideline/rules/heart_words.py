"""How the cards on the heart name drugs, values and falls where a summary has little room."""

from __future__ import annotations

from collections.abc import Iterable

from guideline.advice import HEADLINE_LENGTH, FactUsed, Statement
from guideline.bounds import is_lower, is_upper
from guideline.case import Lvef
from guideline.facts_used import day_shown, drug_names, headline_names, in_usual_order, lvef_shown
from guideline.heart.lvef_stop import StopForGood
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.situation import Situation


def all_names(drugs: Iterable[str]) -> tuple[Statement, ...]:
    """The drugs by name, where a headline has no room for all of them."""
    names = drug_names(in_usual_order(drugs))
    return () if names == headline_names(drugs) else (named(drugs),)


def named(drugs: Iterable[str]) -> Statement:
    """The drugs that a card is about, all by name."""
    return K.say("heart-drugs", drugs=drug_names(in_usual_order(drugs)))


def failure_words(s: Situation) -> str:
    """What is on record: heart failure as a diagnosis, or symptoms of it alone."""
    return "heart failure" if s.heart.failure is not None else "heart failure symptoms"


def heart_condition_facts(s: Situation) -> tuple[FactUsed, ...]:
    """Heart failure, cardiomyopathy and symptoms, as far as they are on record."""
    state = s.heart
    named = (("Heart failure", state.failure), ("Cardiomyopathy", state.cardiomyopathy))
    facts = [FactUsed(name, "on the problem list", day_shown(entry.date), entry.source) for name, entry in named if entry is not None]
    if state.failure_symptoms:
        given = s.case.intake["heart-failure-symptoms"]
        facts.append(FactUsed("Heart failure symptoms", "reported", str(given.date), given.source))
    return tuple(facts)


def echo_wanted(s: Situation) -> tuple[str, ...]:
    """The echocardiogram to be ordered, unless one is booked (decision 23)."""
    return () if s.heart.booked_echo is not None else ("echocardiogram",)


def echo_done(s: Situation) -> dict[str, str] | None:
    """The examination of which the record holds no value, as sentences name it; None: there is none."""
    done = s.heart.unvalued_echo
    return None if done is None else {"test": "MUGA" if done.kind == "muga" else "echocardiogram", "date": str(done.date)}


def echo_done_fact(s: Situation) -> tuple[FactUsed, ...]:
    """The same as a fact."""
    done, words = s.heart.unvalued_echo, echo_done(s)
    if done is None or words is None:
        return ()
    return (FactUsed("LVEF", f"{words['test']} done, no value on record", words["date"], done.source),)


def lvef_headline(statement: str, latest: Lvef, fall: str, **values: object) -> Statement:
    """A value and its fall; the value alone where a card's summary has no room for both (the baseline is among the facts)."""
    said = K.say(statement, value=lvef_shown(latest), fall=fall, **values)
    return said if len(said.text) <= HEADLINE_LENGTH else K.say(f"{statement}-long", value=lvef_shown(latest), **values)


def stop_headline(statement: str, stops: list[StopForGood], **values: object) -> Statement:
    """That the label ends drugs for good, and why; the reason stands in the detail where the summary has no room for it."""
    drugs = headline_names([stop.drug for stop in stops])
    said = K.say(statement, drugs=drugs, why=stops[0].words, **values)
    return said if len(said.text) <= HEADLINE_LENGTH else K.say(f"{statement}-long", drugs=drugs, **values)


def fall_words(reference: Lvef | None, latest: Lvef) -> str:
    """How far the LVEF lies below the baseline, and which that is; no figure is made of a value that is only a limit (`<40 %`)."""
    if reference is None:
        return "no baseline on record"
    baseline = f"baseline {lvef_shown(reference)}"
    points = round(reference.value - latest.value, 2)
    at_least = is_upper(latest.bound) or is_lower(reference.bound)
    at_most = is_lower(latest.bound) or is_upper(reference.bound)
    if points <= 0 or (at_least and at_most):
        return baseline
    if at_least:
        beyond = latest.bound == "<" or reference.bound == ">"
        return f"over {points:g} points below {baseline}" if beyond else f"{points:g} points or more below {baseline}"
    return f"{'up to ' if at_most else ''}{points:g} points below {baseline}"
