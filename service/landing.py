"""The front page: where things are."""

from __future__ import annotations

from flask import Blueprint, render_template

from guideline.knowledge_base import KNOWLEDGE
from service.cds_hooks.registry import SERVICES
from service.samples import describe, names
from service.site import site_settings, sites_to_choose_from

blueprint = Blueprint("landing", __name__)


@blueprint.get("/")
def front_page() -> str:
    """Links to discovery, the rule book, the intake questionnaire and, where they are served, the demo EHR and its patients."""
    settings = site_settings()
    return render_template(
        "landing.html",
        services=SERVICES.values(),
        samples={name: describe(name) for name in names()} if settings.demo else {},
        practice=None if sites_to_choose_from() else settings.practice,
        knowledge=KNOWLEDGE,
    )
