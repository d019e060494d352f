"""`/rules`: the rule book as a page; each card's source link leads to its rule (`/rules#R020`), and each rule to its sources."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from guideline.knowledge_base import KNOWLEDGE
from service.rule_book import INTENDED_USE, WHAT_OFF_MEANS, rule_book
from service.site import site_name, site_settings, sites_to_choose_from
from service.source_pages import register_parts

blueprint = Blueprint("rule_pages", __name__)

_PAGE = "her2cds.rule_page"
_SOURCES_PAGE = "her2cds.sources_page"


@blueprint.get("/rules")
def rules() -> str:
    """The whole rule book as this site reads it, written when it is first asked for: settings do not change while a service runs.

    At the address that several sites share it is the list of theirs: no hospital practises as the deployment without a site.
    """
    if several := sites_to_choose_from():
        return render_template("rules_of_sites.html", sites=several, knowledge=KNOWLEDGE, intended_use=INTENDED_USE)
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


@blueprint.get("/rules/sources")
def sources() -> str:
    """The register of sources. Only its foot is the site's, so it is kept for each site like the rule book."""
    kept: dict[str, str] = current_app.extensions.setdefault(_SOURCES_PAGE, {})
    name = site_name()
    if name not in kept:
        kept[name] = render_template("sources.html", parts=register_parts(), knowledge=KNOWLEDGE, practice=site_settings().practice)
    return kept[name]
