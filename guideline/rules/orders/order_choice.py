"""Whether what is ordered is the right choice for this patient with HER2-positive metastatic breast cancer.

R018, R030, R053, R102, R103, R106-R109, R132, R135; decisions 2-4 and 19; the backbone (`order_backbone`). New orders only: therapy that
runs is never questioned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from guideline.advice import Finding, Gap, Statement, Suggestion
from guideline.dosing.earlier_doses import goes_on
from guideline.drug_classes import (
    CONJUGATES,
    CYTOTOXIC_DRUGS,
    ENDOCRINE_DRUGS,
    HER2_DRUGS,
    PARTNER_DRUGS,
    TAXANES,
    TRASTUZUMAB_PRODUCTS,
    components,
)
from guideline.facts_used import drug_name, drug_names, headline_names, in_usual_order, line_facts
from guideline.intake import tdxd_unavailable
from guideline.knowledge_base import KNOWLEDGE as K
from guideline.laboratory.values import LabValue, current_labs, met
from guideline.lungs.history import T_DM1, T_DXD
from guideline.order_question import OrderQuestion
from guideline.orders import DraftOrder
from guideline.partial_date import add_days
from guideline.rules.first_line import tdxd_pertuzumab_fits
from guideline.rules.gaps import lungs_open
from guideline.rules.heart import heart_forbids_her2
from guideline.rules.heart_ended import stops_of
from guideline.rules.lab_words import lab_facts
from guideline.rules.objections import TUCATINIB, objection
from guideline.rules.options import history_condition, label_note, unknown_history
from guideline.rules.orders import order_backbone, order_safety
from guideline.rules.orders.order_conflicts import duplicate_her2_therapy
from guideline.rules.orders.order_products import product_mix_up
from guideline.rules.orders.order_scope import course_facts, deletions, new_drugs, ordered_drugs, orders_of, pathway_orders
from guideline.rules.treatment import history_open
from guideline.situation import Situation
from guideline.therapy.going_on import given_with_orders

_Rule = Callable[[OrderQuestion], Iterator[Finding]]


def _given_together(q: OrderQuestion) -> frozenset[str]:
    """Everything that would be given, products and their components."""
    return frozenset(c for drug in q.together for c in (drug, *components(drug)))


def _history_gap(s: Situation, *, nothing_recorded: bool = False) -> tuple[Gap, ...]:
    """I04 where part of the history is lost or unclear; with `nothing_recorded` also where no therapy is on record and none was denied."""
    silent = nothing_recorded and not s.exposures and not s.therapy_told_complete
    return (Gap("I04", K.say("ask-prior-therapy")),) if silent or unknown_history(s) else ()


def _doubt(s: Situation) -> tuple[Statement, ...]:
    """What "not used before" rests on, where not every record of therapy was seen."""
    doubt = history_condition(s)
    return () if doubt is None else (doubt,)


def _tdxd_possible(s: Situation) -> bool:
    """Whether T-DXd could be given instead: not used, not barred by the lungs, the heart, pregnancy, allergy or supply."""
    ruled_out = s.lungs.symptoms or s.unknown_conjugate or s.pregnancy == "pregnant" or heart_forbids_her2(s)
    return not ruled_out and objection(s, "tdxd") is None


def non_preferred_agent(q: OrderQuestion) -> Iterator[Finding]:
    """R030: T-DM1 newly ordered after HER2 therapy for metastatic disease, or after an early relapse, although T-DXd can be given."""
    s = q.s
    if not new_drugs(q, frozenset({T_DM1})) or T_DXD in q.together:
        return
    if not (s.her2_lines or s.early_relapse):
        return
    if not _tdxd_possible(s):
        if _fallback_accepted(s) and not _adjuvant(s, T_DM1):
            yield _fallback(s)
        return
    if any(T_DM1 in found.avoid for found in product_mix_up(q)) or stops_of(s, (T_DM1,), given_since=False):
        return
    orders = orders_of(pathway_orders(q), (T_DM1,))
    note, label_rule = _tdxd_label(s)
    detail = [K.say("order-tdm1-comparison", evidence=K.evidence_line(evidence)) for evidence in ("db03-2023-pfs", "db03-2024-os")]
    # What was adjuvant therapy is not offered again: then no reason speaks for it (R106, decision 2).
    again = _adjuvant(s, T_DM1)
    detail.append(_not_repeated(T_DM1) if again else K.say("order-tdm1-reasons"))
    detail += [*([note] if note is not None else []), *_pair(s)]
    detail += _doubt(s)
    # Nothing recorded about the lungs is not "nothing against T-DXd".
    checks = lungs_open(s)
    detail += checks
    missing = (*_history_gap(s), *[Gap("I09", check) for check in checks])
    held = _held_by_labs(s)
    if held and (_heart_first(s) or len(held) > 1):
        detail.append(K.say("order-tdxd-not-now", value=", ".join(v.shown for v in held)))
    yield Finding(
        "NonPreferredAgent",
        "warning",
        _not_preferred(s, held),
        tuple(detail),
        facts=(*course_facts(s), *lab_facts(held)),
        missing=missing,
        avoid=(T_DM1,),
        rules=(
            "R030",
            "R020",
            "R022",
            *(("R106",) if again else ()),
            *((label_rule,) if label_rule is not None else ()),
            *dict.fromkeys(held.values()),
        ),
        suggestions=() if held else _replacements(q, [order for order in orders if order.drugs == (T_DM1,)]),
    )


def _adjuvant(s: Situation, drug: str) -> bool:
    """Whether the drug was part of the (neo)adjuvant therapy."""
    return any(e.drug == drug for e in s.therapies.early)


def _not_repeated(drug: str) -> Statement:
    return K.say("adjuvant-conjugate-not-repeated", drug=drug_name(drug))


def _fallback_accepted(s: Situation) -> bool:
    """R027: T-DXd was never given and cannot be had."""
    return tdxd_unavailable(s.case) and not s.used(T_DXD)


def _fallback(s: Situation) -> Finding:
    """R027: T-DM1 because T-DXd cannot be had: accepted, with its label window; one collapsed note (silence 4)."""
    note, label_rule = label_note(s, "tdm1", leads=True)
    detail = (K.say("order-tdm1-fallback-checks"), *((note,) if note is not None else ()))
    rules = ("R027", "R028", *((label_rule,) if label_rule is not None else ()))
    return Finding("NonPreferredAgent", "info", K.say("order-tdm1-fallback"), detail, facts=course_facts(s), rules=rules)


def _tdxd_label(s: Situation) -> tuple[Statement | None, str | None]:
    """The label of T-DXd, named as such: the card is about an order of another drug."""
    note, rule = label_note(s, "tdxd", leads=True)
    return (K.say("order-tdxd-label", note=note.text) if note is not None else None), rule


def _pair(s: Situation) -> tuple[Statement, ...]:
    """C22, R101: beside T-DXd the pair that the first-line label covers, after an early relapse later than 6 months."""
    if not s.early_relapse or s.her2_lines or not tdxd_pertuzumab_fits(s) or objection(s, "tdxd-pertuzumab") is not None:
        return ()
    note, _ = label_note(s, "tdxd-pertuzumab", always=True)
    return (K.say("order-tdxd-pertuzumab-fits"), *((K.say("order-pair-label", note=note.text),) if note is not None else ()))


def _heart_first(s: Situation) -> bool:
    """Whether the last LVEF is below what was studied at a start, so that a cardiologist is asked before any HER2 drug (P02)."""
    return s.heart.below(K.thresholds.lvef.start_below)


def _held_by_labs(s: Situation) -> dict[LabValue, str]:
    """The laboratory values of today that forbid a first dose of T-DXd, though not T-DXd as the choice, with the rule that says so."""
    rows = [row for row in K.thresholds.labs.drugs[T_DXD] if row.at == "dose" and row.action in ("hold", "stop")]
    return {v: m.row.rule for row in rows if (m := met(row, s.once(current_labs))) is not None for v in m.values}


def _not_preferred(s: Situation, held: Iterable[LabValue]) -> Statement:
    if_new, first = "-if-new" if unknown_history(s) else "", next(iter(held), None)
    if first is not None and not _heart_first(s):
        return K.say(f"order-tdm1-not-preferred-labs{if_new}", value=first.shown)
    return K.say(f"order-tdm1-not-preferred{'-heart' if _heart_first(s) else ''}{if_new}")


def _replacements(q: OrderQuestion, orders: list[DraftOrder]) -> tuple[Suggestion, ...]:
    """T-DXd at one click, unless the heart wants a cardiologist first. A plan that an order names is the plan of T-DM1.

    None where what runs or is ordered does not go with T-DM1: it would stand beside T-DXd as well, and one product may be a mistake.
    """
    if _heart_first(q.s) or any(T_DM1 in found.avoid for found in duplicate_her2_therapy(q)):
        return ()
    return tuple(Suggestion("replace", T_DXD, order.id, leaves_plan=order.plan is not None) for order in orders)


def first_line_restart(q: OrderQuestion) -> Iterator[Finding]:
    """R018, decision 19: trastuzumab with pertuzumab or a taxane, ordered as the first treatment of an early relapse."""
    s = q.s
    asked = ordered_drugs(pathway_orders(q), TRASTUZUMAB_PRODUCTS | {"pertuzumab"} | TAXANES)
    together = _given_together(q)
    restart = "trastuzumab" in together and ("pertuzumab" in together or not TAXANES.isdisjoint(together))
    if not asked or not restart or not q.together.isdisjoint(CONJUGATES):
        return
    if not s.early_relapse or s.her2_lines or not _tdxd_possible(s):
        return
    detail = [K.say("no-first-line-restart"), K.say("order-restart-instead")]
    note, label_rule = _tdxd_label(s)
    yield Finding(
        "FirstLineRestart",
        "warning",
        K.say("order-first-line-restart"),
        (*detail, *((note,) if note is not None else ()), *_pair(s), *_doubt(s)),
        facts=course_facts(s),
        missing=_history_gap(s),
        avoid=("thp",),
        rules=("R018", "R015", *((label_rule,) if label_rule is not None else ())),
    )


def tdxd_monotherapy_first_line(q: OrderQuestion) -> Iterator[Finding]:
    """R102: T-DXd alone before any HER2 therapy for metastatic disease. Where it may not be given at all, only that is said."""
    s = q.s
    if not new_drugs(q, frozenset({T_DXD})) or "pertuzumab" in _given_together(q):
        return
    if not _first_line_known(s) or T_DXD in s.used_drugs or s.pregnancy == "pregnant" or heart_forbids_her2(s):
        return
    yield Finding(
        "TdxdMonotherapyFirstLine",
        "warning",
        K.say("order-tdxd-alone", drug=drug_name(T_DXD)),
        (K.say("order-tdxd-alone-instead"), K.say("tdxd-not-alone-first-line"), *_doubt(s)),
        facts=course_facts(s),
        missing=_history_gap(s, nothing_recorded=True),
        avoid=("tdxd",),
        rules=("R102", "R101"),
    )


def _first_line_known(s: Situation) -> bool:
    """No HER2 therapy for metastatic disease, no early relapse, and neither in doubt."""
    if s.her2_lines or history_open(s) or s.unknown_conjugate:
        return False
    return s.relapse is None or s.relapse.within_12 is False


def permanently_stopped_agent(q: OrderQuestion) -> Iterator[Finding]:
    """R053, R103, decision 4: an agent again that failed in the metastatic setting, or had to be stopped for toxicity.

    Trastuzumab as a backbone is never barred by progression; a change of receptors opens the others again; T-DXd after pneumonitis is
    judged by the lungs (R116).
    """
    s = q.s
    new = new_drugs(q, HER2_DRUGS | CYTOTOXIC_DRUGS)
    # T-DXd stopped for good by its pneumonitis has one card, that of the lungs (R116).
    judged = [d for d in new if not (d == T_DXD and s.lungs.tdxd_stopped_for_good)]
    agents_failed = _failed_agents(s)
    failed = [d for d in judged if components(d) - {"trastuzumab"} & agents_failed]
    toxic = [d for d in judged if components(d) & s.not_tolerated and not (d == T_DXD and s.lungs.tdxd_named)]
    if not failed and not toxic:
        return
    drugs = in_usual_order({*failed, *toxic})
    her2 = [drug for drug in drugs if drug in HER2_DRUGS]
    lead = her2 or drugs
    # A fixed combination is named by the part that failed: the combination itself may never have been given.
    failing = {d: in_usual_order(components(d) - {"trastuzumab"} & agents_failed) for d in failed}
    agents = in_usual_order({agent for parts in failing.values() for agent in parts})
    detail = [K.say("order-again-failed", drugs=drug_names(agents))] if failed else []
    detail += [K.say("order-again-toxic", drugs=drug_names(toxic)), K.say("order-again-severe")] if toxic else []
    if T_DXD in failed:
        detail.append(K.say("evidence-gap-after-tdxd"))
    if set(lead) & set(toxic):
        headline = K.say("order-again-after-toxicity", drugs=headline_names(lead))
    else:
        headline = K.say("order-again-after-progression", drugs=headline_names(in_usual_order({a for d in lead for a in failing[d]})))
    yield Finding(
        "PermanentlyStoppedAgent",
        "warning" if her2 else "info",
        headline,
        tuple(detail),
        facts=line_facts(s),
        avoid=tuple(drugs),
        rules=("R053", *(("R103",) if T_DXD in failed else ())),
        suggestions=deletions(orders_of(pathway_orders(q), her2)),
    )


def _failed_agents(s: Situation) -> frozenset[str]:
    """The agents that failed, without those whose lines the receptors changed in or after: a change from before is no reason to repeat."""
    tested = s.hormones.date
    if not s.hormones.changed or tested is None:
        return s.failed_agents
    begun_since = [line for line in s.therapies.used_lines if line.start.earliest >= tested.latest]
    return s.failed_agents & {part for line in begun_since for e in line.exposures for part in components(e.drug)}


def adjuvant_conjugate_again(q: OrderQuestion) -> Iterator[Finding]:
    """R106: the conjugate of the (neo)adjuvant therapy ordered again: a board's decision.

    As the first treatment of the relapse, or as the fallback where T-DXd cannot be had. T-DM1 where T-DXd is preferred has its own card.
    """
    s = q.s
    again = [drug for drug in new_drugs(q, CONJUGATES) if _adjuvant(s, drug)]
    only_tdm1 = again == [T_DM1]
    if not again or (s.her2_lines and not (only_tdm1 and _fallback_accepted(s))):
        return
    if only_tdm1 and (s.her2_lines or s.early_relapse) and _tdxd_possible(s):
        return
    yield Finding(
        "TumorBoard",
        "warning",
        K.say("order-adjuvant-conjugate-again", drug=drug_name(again[0])),
        _instead_of_adjuvant(s, again[0]),
        facts=course_facts(s),
        avoid=tuple(again),
        rules=("R106",),
    )


def _instead_of_adjuvant(s: Situation, drug: str) -> tuple[Statement, ...]:
    """After more than 12 months the first line is settled (R014); earlier, options stand side by side."""
    if s.relapse is None or s.relapse.within_12 is not False or s.her2_lines:
        return (K.say("after-adjuvant-tdxd"),)
    if _adjuvant(s, T_DXD):
        return (_not_repeated(drug), K.say("early-tdxd-thp-leads"))
    return (_not_repeated(drug), K.say("order-late-relapse-first-line")) if _tdxd_possible(s) else (_not_repeated(drug),)


def label_window(q: OrderQuestion) -> Iterator[Finding]:
    """R107-R109, R135: a regimen outside the label of the site. Only where no stronger card speaks about the order."""
    s = q.s
    # What was given lately only goes on, in another form or by another order.
    new = [drug for drug in new_drugs(q, HER2_DRUGS | {"palbociclib"}) if not goes_on(q, drug)]
    if not new or unknown_history(s) or history_open(s) or s.pregnancy == "pregnant" or _line_just_begun(s):
        return
    regimen = _regimen(q, frozenset(new))
    if regimen is None or _covered(s, regimen):
        return
    note, label_rule = label_note(s, regimen, leads=True)
    if note is None or label_rule is None or _stronger_card(q):
        return
    yield Finding(
        "LabelWindow", "info", K.say("order-outside-label", regimen=K.regimens[regimen].name, jurisdiction=s.practice.jurisdiction),
        (note,), facts=course_facts(s), rules=(label_rule, "R135"),
    )  # fmt: skip


def _stronger_card(q: OrderQuestion) -> bool:
    """Whether a warning speaks about the orders already: choice, safety, duplicates."""
    rules = (*_STRONGER, *order_safety.RULES, duplicate_her2_therapy, product_mix_up)
    return any(found.indicator != "info" for rule in rules for found in rule(q))


def _line_just_begun(s: Situation) -> bool:
    """Whether the order completes a line that began in the last four weeks: the label is about what came before that line."""
    line = s.last_line
    recently = K.thresholds.intervals.line_start_days
    return s.on_treatment and line is not None and add_days(line.start.latest, recently) >= s.today


def _covered(s: Situation, regimen: str) -> bool:
    """Whether the label covers the use, would if an unknown fact held, or is not settled (an approval pending or only reported)."""
    return any(
        label.status in ("reported", "under-review") or label.covers(s.label_flags) or label.may_cover(s.label_flags, s.unknown_label_flags)
        for label in K.labels_of(regimen, s.practice.jurisdiction)
    )


def _regimen(q: OrderQuestion, new: frozenset[str]) -> str | None:
    """The regimen that the new drugs make together with what else is given, where a label speaks about it."""
    together = given_with_orders(q)
    both = {"trastuzumab", "pertuzumab"} <= together
    found = None
    if T_DXD in new or (T_DXD in together and "pertuzumab" in new):
        found = "tdxd-pertuzumab" if "pertuzumab" in together else "tdxd"
    elif T_DM1 in new:
        found = "tdm1"
    elif "tucatinib" in new and "trastuzumab" in together:
        found = TUCATINIB if "capecitabine" in together else "tucatinib-hp-maintenance" if both else None
    elif "neratinib" in new and "capecitabine" in together:
        found = "neratinib-capecitabine"
    elif "margetuximab" in new:
        found = "margetuximab-chemotherapy"
    elif "lapatinib" in new:
        found = _with_lapatinib(together)
    elif "palbociclib" in new and "trastuzumab" in together:
        found = "palbociclib-maintenance"
    elif both and any("pertuzumab" in components(drug) for drug in new) and not TAXANES.isdisjoint(together):
        found = "thp"
    return found


def _with_lapatinib(together: frozenset[str]) -> str | None:
    if "capecitabine" in together:
        return "lapatinib-capecitabine"
    if "trastuzumab" in together:
        return "lapatinib-trastuzumab"
    return "endocrine-her2" if not together.isdisjoint(ENDOCRINE_DRUGS & PARTNER_DRUGS) else None


_STRONGER: tuple[_Rule, ...] = (
    non_preferred_agent, first_line_restart, tdxd_monotherapy_first_line, permanently_stopped_agent, adjuvant_conjugate_again,
)  # fmt: skip

RULES: tuple[Callable[[OrderQuestion], Iterable[Finding]], ...] = (
    *_STRONGER, *order_backbone.RULES, label_window,
)  # fmt: skip
