"""`/rules`: the rule book as a page; each card's source link leads to its rule (`/rules#R020`)."""

from __future__ import annotations

from flask import Blueprint, render_template

from guideline.knowledge_base import KNOWLEDGE
from service.rule_book import rule_book
from service.site import site_settings

blueprint = Blueprint("rule_pages", __name__)


@blueprint.get("/rules")
def rules() -> str:
    """The whole rule book."""
    return render_template("rules.html", book=rule_book(), knowledge=KNOWLEDGE, practice=site_settings().practice)
