"""`docs/integration.md` says what the code does: an analyst types in what stands there."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest

from cards.override_reasons import OVERRIDE_REASONS
from cards.topics import TOPICS
from fhir_mappings.prefetch_queries import PREFETCH
from service.cds_hooks.client_traits import TRAITS
from service.cds_hooks.registry import SERVICES
from service.settings import Settings, variable
from tests.service.checked_client import CheckedClient

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "integration.md").read_text("utf-8")


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """The script that writes the generated parts."""
    spec = importlib.util.spec_from_file_location("integration_tables", DOCS / "integration_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_parts_are_up_to_date(tables: ModuleType) -> None:
    """The page is what `python docs/integration_tables.py` writes."""
    assert tables.with_tables(PAGE) == PAGE


def test_every_prefetch_query_can_be_copied() -> None:
    """Key by key, the queries of the page are those of discovery, in one piece."""
    assert dict(re.findall(r"^`(\w+)`\n\n```text\n(.+)\n```$", PAGE, re.MULTILINE)) == dict(PREFETCH)


def test_every_endpoint_topic_reason_and_client_is_named() -> None:
    """Nothing that has to be entered by hand is left out."""
    for service in SERVICES.values():
        assert f"| `{service.hook}` | `/cds-services/{service.id}` | `/cds-services/{service.id}/feedback` |" in PAGE
    for code in (*TOPICS, *OVERRIDE_REASONS.reasons):
        assert f"| `{code}` |" in PAGE
    for client in TRAITS.keys() - {"generic"}:
        assert f"`HER2CDS_CLIENT={client}`" in PAGE or client == "epic"


def test_every_setting_it_names_exists() -> None:
    """No setting of the page is misspelt."""
    known = {variable(name) for name in Settings.model_fields}
    named = set(re.findall(r"HER2CDS_[A-Z_]+", PAGE))
    assert named <= known, named - known
    assert {"HER2CDS_FHIR_HOSTS", "HER2CDS_FHIR_NETWORKS", "HER2CDS_FHIR_CA_FILE", "HER2CDS_DEADLINE_MS", "HER2CDS_AUTH"} <= named


def test_every_link_leads_somewhere() -> None:
    """Links within the page and to files beside it."""
    headings = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert target.removeprefix("#") in headings if target.startswith("#") else (DOCS / target).exists(), target


def _calls() -> list[tuple[str, str, str]]:
    """Path, body and what is said to come back, of each call of the checklist."""
    (script,) = re.findall(r"```sh\n(.+?)```", PAGE, re.DOTALL)
    said = re.findall(r"^# (.+)\n(post .+)$", script, re.MULTILINE)
    return [(*shlex.split(line)[1:], expected) for expected, line in said]


@pytest.mark.parametrize(("path", "body", "expected"), _calls(), ids=range(len(_calls())))
def test_the_checklist_says_what_comes_back(client_of: object, tmp_path: Path, path: str, body: str, expected: str) -> None:
    """Each call of the checklist before go-live gets the status that stands beside it, and no cards where it says so."""
    client: CheckedClient = client_of(data=tmp_path)  # type: ignore[operator]
    sent = json.loads(body)
    response = (
        client.give_feedback(sent, path=path.removesuffix("/feedback")) if path.endswith("/feedback") else client.call(sent, path=path)
    )
    assert re.search(rf"\b{response.status_code}\b", expected), response.text
    if "cards" in expected and response.status_code == 200:
        assert response.get_json() == {"cards": []}


@pytest.mark.parametrize("path", re.findall(r'"\$BASE(/[^"$]+)"', PAGE))
def test_the_addresses_of_the_checklist_answer(client: CheckedClient, path: str) -> None:
    """What the checklist opens is there."""
    assert client.get(path).status_code == 200


def test_the_checklist_was_found() -> None:
    """The tests above are about calls that were read from the page."""
    assert {path for path, _, _ in _calls()} >= {f"/cds-services/{id_}" for id_ in SERVICES}
    assert len(_calls()) == 5
