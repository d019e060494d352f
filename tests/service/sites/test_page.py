"""docs/sites.md says what holds: its examples are in order, and its lists are those of the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from cards.topics import TOPICS
from guideline.knowledge_base import rule_book
from guideline.site_rules import why_topic_locked
from service.settings import Settings
from service.sites.file_members import is_of_a_site
from service.sites.tenants import read_tenants
from tests.service.checked_client import site

PAGE = (Path(__file__).parents[3] / "docs" / "sites.md").read_text("utf-8")


def test_the_examples_are_in_order(folder: Callable[..., Path], tmp_path: Path):
    """Whoever copies a file of the page gets a site, and whoever copies the pilot's file a pilot."""
    examples = dict(re.findall(r"```yaml\n# (.*?)\n(.*?)```", PAGE, re.DOTALL))
    north, south = read_tenants(site(tenants=folder(north=examples["north.yaml"], south=examples["south.yaml"])))
    practice = north.settings.practice
    assert (practice.label, practice.lvef_lower_limit, len(north.settings.smart_clients)) == ("current/US", 53, 1)
    assert (south.tenants, south.settings.shadow) == (("south", "south-test"), True)
    pilot = tmp_path / "site.yaml"
    pilot.write_text(examples["a pilot with one team"], encoding="utf-8")
    audience = site(site=pilot).audience
    assert audience.everyone is not None
    assert (len(audience.everyone), audience.off, set(audience.topics_for)) == (3, {"SupportiveCare"}, {"RebiopsySuggested"})


def test_every_member_is_told():
    """The table lists each setting that a site may have for itself, and no other."""
    table = PAGE.partition("### What a file may hold")[2].partition("\n\n### ")[0]
    told = {name for row in table.splitlines() if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    own = {name for name in Settings.model_fields if is_of_a_site(name)}
    assert told == own | {"issuers", "tenants", "rules_off", "thresholds", "audience", "topics_off", "topics_for"}


def test_every_topic_that_may_be_off_is_told():
    """The list is that of the code."""
    listed = PAGE.partition("These topics may be off, or for some only:\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)`", listed) == sorted(topic for topic in TOPICS if why_topic_locked(topic, rule_book()) is None)
