"""`/rules`: the rule book as a page; each card's source link leads to its rule (`/rules#R020`)."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, render_template

from guideline.knowledge_base import KNOWLEDGE
from guideline.practice import Practice
from service.rule_book import rule_book
from service.site import site_settings

blueprint = Blueprint("rule_pages", __name__)


@blueprint.get("/rules")
def rules() -> str:
    """The whole rule book."""
    return _page(site_settings().practice)


@cache
def _page(practice: Practice) -> str:
    return render_template("rules.html", book=rule_book(), knowledge=KNOWLEDGE, practice=practice)
