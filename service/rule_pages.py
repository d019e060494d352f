"""`/rules`: the rule book as a page; each card's source link leads to its rule (`/rules#R020`)."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from guideline.knowledge_base import KNOWLEDGE
from service.rule_book import INTENDED_USE, WHAT_OFF_MEANS, rule_book
from service.site import site_name, site_settings

blueprint = Blueprint("rule_pages", __name__)

_PAGE = "her2cds.rule_page"


@blueprint.get("/rules")
def rules() -> str:
    """The whole rule book as this site reads it, written when it is first asked for: settings do not change while a service runs."""
    kept: dict[str, str] = current_app.extensions.setdefault(_PAGE, {})
    name = site_name()
    if name not in kept:
        settings = site_settings()
        kept[name] = render_template(
            "rules.html",
            book=rule_book(settings),
            knowledge=KNOWLEDGE,
            practice=settings.practice,
            intended_use=INTENDED_USE,
            what_off_means=WHAT_OFF_MEANS,
        )
    return kept[name]
